/**
 * Training steps beside those of the package, for tests/test_train_here.py:
 *
 *   node one_step.js FOLDER
 *
 * FOLDER/tasks.json is a list of {name, settings, steps}. For each, the first weights, the weights
 * after so many steps, and what the optimizer remembers are written as NAME.first.f32, .weights.f32
 * and .state.f32.
 */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { read } from "../src/train/digits.js";
import { Trainer } from "../src/train/trainer.js";

const folder = process.argv[2];
const file = new URL("../../lenet_course/widgets/files/training_digits.png", import.meta.url);
const { learned } = await read(Uint8Array.from(readFileSync(file)).buffer);

for (const { name, settings, steps } of JSON.parse(readFileSync(path.join(folder, "tasks.json")))) {
  const trainer = new Trainer(settings, learned);
  const first = trainer.save().weights;
  for (let step = 0; step < steps; step++) trainer.step();
  const { weights, state } = trainer.save();
  for (const [what, numbers] of Object.entries({ first, weights, state })) {
    writeFileSync(path.join(folder, `${name}.${what}.f32`), numbers);
  }
}
