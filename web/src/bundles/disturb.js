import disturb from "../disturb/disturb.js";
import { guarded } from "../guard.js";

export default guarded(disturb);
