import { guarded } from "../guard.js";
import live from "../live/live.js";

export default guarded(live);
