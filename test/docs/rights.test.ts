import { expect, it } from 'vitest';
import { RIGHTS } from '../lab/rights-table.js';
import { table } from './table.js';

const INTRODUCTION = `# Rights: what needs what

A drive is driven through two nodes: data and motion through the \`st\` node (\`/dev/nst0\`), everything else through its
\`sg\` sibling, which is found by itself. Whoever may read and write both, usually a member of the group \`tape\`, may do
everything, without any capability, encryption and FORMAT MEDIUM among it. Each row was run so in the kernel lab
(\`test/lab/virtual/rights.test.ts\`); this page is made from the table of that test by \`npx vitest run test/docs -u\`.`;

const REFUSED = `## What is refused, and how

| Situation | What happens |
| --- | --- |
| the user may not open one of the nodes | \`PermissionError\` (EACCES) that names the node and its group |
| there is no \`sg\` node, as in a container that was given \`/dev/nst0\` only, and no CAP_SYS_RAWIO | \`PermissionError\` (EPERM) from \`open()\` that names the capability: \`st\` takes no SCSI command from others, not even INQUIRY |
| the same with CAP_SYS_RAWIO | everything works through the one node |

The least that a container needs is therefore \`--device /dev/nst0 --device /dev/sg0\` and no capability, or
\`--device /dev/nst0 --cap-add SYS_RAWIO\`.`;

it('docs/rights.md says what the lab test proves; `npx vitest run test/docs -u` writes it anew', async () => {
  const rows = RIGHTS.map(({ call, sends, through }) => [`\`${call}\``, sends, through]);
  const page = [INTRODUCTION, table(['Call of TapeDrive', 'Sends', 'Through the'], rows), REFUSED].join('\n\n');
  await expect(`${page}\n`).toMatchFileSnapshot('../../docs/rights.md');
});
