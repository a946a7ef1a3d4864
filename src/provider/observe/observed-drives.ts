import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ListedDrive, listDrives } from '../../tape/open/list-drives.js';
import { DriveObserver } from './drive-observer.js';
import type { Observation } from './observation.js';

const VIRTUAL = 'virtual:';

/** Watches several drives: those that are named, or all of the machine, also those that come later. */
export class ObservedDrives {
  readonly #devices: readonly string[] | undefined;
  readonly #root: string;
  readonly #observers = new Map<string, DriveObserver>();

  constructor(devices?: readonly string[], root = '/') {
    this.#devices = devices;
    this.#root = root;
  }

  /** All drives at this time, in the order of their names. Rejects for no drive's sake. */
  async look(patienceMs?: number): Promise<readonly Observation[]> {
    const listed = await listDrives({ root: this.#root });
    const wanted = this.#devices ?? listed.map(({ device }) => device);
    for (const device of [...this.#observers.keys()]) if (!wanted.includes(device)) await this.#forget(device);
    return Promise.all(wanted.map((device) => this.#look(device, listed, patienceMs)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#observers.keys()].map((device) => this.#forget(device)));
  }

  async #look(device: string, listed: readonly ListedDrive[], patienceMs: number | undefined): Promise<Observation> {
    const node = device.startsWith(VIRTUAL) ? undefined : await realpath(device).catch(() => device);
    const drive = listed.find((each) => each.device === node?.replace(/[alm]$/, ''));
    const known = this.#observers.get(device);
    const observer = known ?? new DriveObserver(device, drive && basename(drive.device), this.#root);
    if (known !== undefined || drive !== undefined || device.startsWith(VIRTUAL)) {
      this.#observers.set(device, observer);
      return observer.look(drive, patienceMs);
    }
    // When it comes, it has a node.
    try {
      return await observer.look(drive, patienceMs);
    } finally {
      await observer.close();
    }
  }

  async #forget(device: string): Promise<void> {
    const observer = this.#observers.get(device);
    this.#observers.delete(device);
    await observer?.close();
  }
}
