import { guarded } from "../guard.js";
import progress from "../quiz/progress.js";

export default guarded(progress);
