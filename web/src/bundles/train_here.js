import { guarded } from "../guard.js";
import train from "../train/train.js";

export default guarded(train);
