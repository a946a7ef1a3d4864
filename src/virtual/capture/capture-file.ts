import { join } from 'node:path';
import { readJson, writeJson } from '../host/json-file.js';
import { type DriveCapture, requireCapture } from './capture.js';
import { CapturedAnswers } from './captured-answers.js';

/** Beside `drive.json`. */
const FILE = 'capture.json';

export async function saveCapture(folder: string, capture: DriveCapture): Promise<void> {
  await writeJson(join(folder, FILE), capture);
}

/** Undefined for a drive that was made without one. Rejects with InvalidArgumentError for a damaged file. */
export async function loadCapture(folder: string): Promise<CapturedAnswers | undefined> {
  const found = await readJson(join(folder, FILE)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found === undefined ? undefined : new CapturedAnswers(requireCapture(found));
}
