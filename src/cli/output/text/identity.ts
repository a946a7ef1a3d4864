import type { DriveIdentity } from '../../../tape/reports/identity.js';
import type { Fact } from '../table.js';

export function identityFacts({ vendor, product, revision, serialNumber }: DriveIdentity): Fact[] {
  return [
    ['drive', `${vendor} ${product}`],
    ['firmware', revision],
    ['serial number', serialNumber],
  ];
}
