import { guarded } from "../guard.js";
import quiz from "../quiz/quiz.js";

export default guarded(quiz);
