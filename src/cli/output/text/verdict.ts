import type { Health } from '../../../tape/reports/health/health.js';
import { visible } from '../terminal.js';

/** A verdict, and a line for each of its reasons. */
export function verdictLines({ verdict, reasons }: Pick<Health, 'verdict' | 'reasons'>): string[] {
  return [verdict, ...reasons.map((reason) => `  ${reason.verdict}: ${visible(reason.what)}. ${reason.action}`)];
}
