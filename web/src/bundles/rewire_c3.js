import { guarded } from "../guard.js";
import rewire from "../rewire/rewire.js";

export default guarded(rewire);
