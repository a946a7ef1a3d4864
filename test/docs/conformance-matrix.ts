import { CAPABILITIES, isCapability } from '../conformance/capabilities.js';
import { BASE, readKept } from '../conformance/matrix.mjs';
import { PROFILES, type Profile, profileOf } from '../conformance/profiles.js';
import { table } from './table.js';

// docs/conformance.md, made from the declarations of the suite and the outcomes that its last full run has left.

const INTRODUCTION = `# Conformance

One suite, \`test/conformance\`, runs on every backend. A backend declares what it lacks, and a test is skipped for that
reason only. \`npm run conformance -- --keep\` makes this page: it runs the suite on all available backends. A test fails if
the declarations contradict it; \`npm test\` fails if a run does.

\`passed\`: every test that needs the capability and nothing that the backend lacks has passed. \`not run\`: each of
them also needs something that the backend lacks.`;

/** The whole document. */
export function conformanceMatrix(): string {
  const kept = readKept();
  const backends = Object.keys(kept);
  const rows = [BASE, ...Object.keys(CAPABILITIES)].map((capability) => [
    capability,
    isCapability(capability) ? CAPABILITIES[capability] : 'required of every drive',
    ...backends.map((backend) => kept[backend]?.[capability] ?? ''),
  ]);
  const matrix = table(['Capability', 'Meaning', ...backends], rows);
  return `${[INTRODUCTION, matrix, ...Object.entries(PROFILES).map(lacks)].join('\n\n')}\n`;
}

function lacks([name, profile]: [string, Profile]): string {
  const rows = Object.entries(profile.lacks).map(([capability, why]) => [capability, why]);
  const what = rows.length > 0 ? table(['Capability', 'Why'], rows) : 'Nothing.';
  return `## What ${name} lacks\n\n${what}`;
}

/** The kept outcomes of capabilities that contradict what their backend declares. */
export function contradictions(): string[] {
  return Object.entries(readKept()).flatMap(([backend, outcomes]) => {
    const lacked: Profile['lacks'] = PROFILES[profileOf(backend)].lacks;
    return Object.entries(outcomes)
      .filter(([capability, outcome]) => (outcome === 'lacking') !== capability in lacked)
      .map(([capability, outcome]) => `${capability} on ${backend} is declared otherwise than ${outcome}`);
  });
}
