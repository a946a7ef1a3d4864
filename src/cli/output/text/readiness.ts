import { senseCodes } from '../../../errors/sense-codes.js';
import type { Readiness } from '../../../tape/reports/readiness.js';

const READINESS: Readonly<Record<Readiness['state'], string>> = {
  ready: 'ready',
  'no-medium': 'no cartridge',
  'not-loaded': 'cartridge not loaded',
  'becoming-ready': 'becoming ready',
  'not-ready': 'not ready',
};

export function readinessText({ state, progress, sense }: Readiness): string {
  const share = progress === undefined ? '' : ` (${Math.round(progress * 100)} %)`;
  const why = sense ? `: ${senseCodes(sense)} ${sense.text}` : '';
  return `${READINESS[state]}${share}${why}`;
}
