import convolution from "../byhand/convolution.js";
import { guarded } from "../guard.js";

export default guarded(convolution);
