import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.js';

/** Runs a tool of a later Debian suite than this machine's, which `npm run lab:setup` has fetched. */
export async function newerTool(tool: string, ...args: readonly string[]): Promise<string> {
  const path = join(process.env.LTO_LAB_NEWER_TOOLS ?? '', tool);
  if (!existsSync(path)) throw new Error(`${tool} of a later suite is missing: run npm run lab:setup again`);
  return await command(path, ...args);
}
