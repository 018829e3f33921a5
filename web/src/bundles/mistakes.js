import { guarded } from "../guard.js";
import mistakes from "../mistakes/mistakes.js";

export default guarded(mistakes);
