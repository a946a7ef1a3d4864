import type { Observation } from '../../observe/observation.js';

/** What one scrape has found of a drive. */
export type Facts = Pick<Observation, 'device' | 'live' | 'health'> & Partial<Observation>;

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number | undefined;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** Also names the cartridge, by its serial number and barcode. */
  readonly ofCartridge?: true;
  readonly samples: (facts: Facts) => readonly Sample[];
}

type Samples = Family['samples'];

export function gauge(name: string, help: string, samples: Samples): Family {
  return { name, help, type: 'gauge', samples };
}

export function counter(name: string, help: string, samples: Samples): Family {
  return { name, help, type: 'counter', samples };
}

export function ofCartridge(family: Family): Family {
  return { ...family, ofCartridge: true };
}

export function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
