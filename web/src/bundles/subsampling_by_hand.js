import subsampling from "../byhand/subsampling.js";
import { guarded } from "../guard.js";

export default guarded(subsampling);
