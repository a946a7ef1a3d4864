import { expect, it } from 'vitest';
import { RIGHTS } from '../lab/rights-table.js';
import { table } from './table.js';

const INTRODUCTION = `# Rights

A drive is used through two nodes: data and motion through the \`st\` node (\`/dev/nst0\`), everything else through its
\`sg\` sibling, which is located automatically. A user who may read and write both, usually a member of the group
\`tape\`, may do everything without any capability, including encryption and FORMAT MEDIUM. The kernel lab runs each row
(\`test/lab/virtual/rights.test.ts\`); this page is made from the table of that test by \`npx vitest run test/docs -u\`.`;

const REFUSED = `## Refusals

| Situation | Result |
| --- | --- |
| the user may not open one of the nodes | \`PermissionError\` (EACCES) that names the node and its group |
| no \`sg\` node, as in a container with \`/dev/nst0\` only, and no CAP_SYS_RAWIO | \`PermissionError\` (EPERM) from \`open()\` that names the capability: \`st\` then accepts no SCSI command, not even INQUIRY |
| the same with CAP_SYS_RAWIO | everything works through the one node |

The minimum for a container is therefore \`--device /dev/nst0 --device /dev/sg0\` and no capability, or
\`--device /dev/nst0 --cap-add SYS_RAWIO\`.`;

it('docs/rights.md says what the lab test proves; `npx vitest run test/docs -u` writes it anew', async () => {
  const rows = RIGHTS.map(({ call, sends, through }) => [`\`${call}\``, sends, through]);
  const page = [INTRODUCTION, table(['Call of TapeDrive', 'Sends', 'Through the'], rows), REFUSED].join('\n\n');
  await expect(`${page}\n`).toMatchFileSnapshot('../../docs/rights.md');
});
