import type { Command } from 'commander';
import { actionOf } from '../../run/action.js';
import { monitoringCommand } from './monitored.js';

export function addMetrics(program: Command): void {
  monitoringCommand(program, 'metrics', 'print metrics of the drives for Prometheus, or serve them')
    .option('--listen <[host:]port>', 'serve them at /metrics until Ctrl-C; without a host, to this machine only')
    .addHelpText('after', '\nNo tape is moved and no drive is taken: jobs of other programs go on.')
    .action(actionOf(async () => (await import('../../actions/monitor/metrics.js')).metrics));
}
