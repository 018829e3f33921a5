import { guarded } from "../guard.js";
import string from "../string/string.js";

export default guarded(string);
