// What a status poll costs: the provider's live info, asked of the drive and cached, against three programs.
import { join } from 'node:path';
import { runJob } from '../harness/job.mjs';
import { createVirtualDrive } from '../harness/library.mjs';
import { interleaved, ratios } from '../harness/pairs.mjs';
import { withFolder } from '../harness/scratch.mjs';
import { median, spread } from '../harness/statistics.mjs';

const COLUMNS = { device: 'device', what: 'what', time: 'µs a poll', cpu: 'CPU µs a poll', ratio: 'programs : it' };
const MICROSECONDS = 1000;

const FORCED = 'provider, asked of the drive';
const CACHED = 'provider, within the throttle';
const PROGRAMS = 'mt status, sg_read_attr, sg_inq';

async function section(title, label, contenders, rounds) {
  const results = await interleaved(rounds, contenders);
  const time = (name) => results[name].map(({ value }) => median(value) * MICROSECONDS);
  const rows = Object.keys(results).map((name) => ({
    device: label,
    what: name,
    time: spread(time(name)),
    cpu: spread(results[name].map(({ value, usage, polls = value.length }) => (usage.cpuSeconds * 1e6) / polls)),
    ...(name !== PROGRAMS && results[PROGRAMS] && { ratio: ratios(time(PROGRAMS), time(name)) }),
  }));
  return [{ title, columns: COLUMNS, rows }];
}

function providerOf(device, { quick }) {
  const count = quick ? 100 : 300;
  const cached = quick ? 20_000 : 200_000;
  return {
    [FORCED]: () => runJob('status:provider', { device, count, force: true }),
    [CACHED]: async () => ({
      ...(await runJob('status:provider', { device, count: cached, force: false })),
      polls: cached,
    }),
  };
}

export function statusHere({ quick, rounds }) {
  return withFolder(async (folder) => {
    const path = join(folder, 'drive');
    await createVirtualDrive(path);
    return section('Status poll, embedded virtual drive', 'virtual', providerOf(`virtual:${path}`, { quick }), rounds);
  });
}

/** On nodes: in the lab, or of a real drive. */
export function statusOnTape({ quick, rounds, device = '/dev/nst0', queryNode = '/dev/sg0', label }) {
  const count = quick ? 5 : 20;
  const contenders = {
    ...providerOf(device, { quick }),
    [PROGRAMS]: () => runJob('status:programs', { tapeNode: device, queryNode, count }),
  };
  return section(`Status poll on ${label}`, label, contenders, rounds);
}
