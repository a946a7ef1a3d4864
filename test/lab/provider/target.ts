import { command, shell } from '../command.js';

/** Image of the cartridge that the lab's target begins with. */
export const FIRST = '/run/tgt/tape';

const SIZE_MIB = 64;

/** A blank cartridge, unless it is there. */
export async function newCartridge(path: string): Promise<void> {
  const options = `--op new --device-type tape --barcode LAB002L8 --size ${SIZE_MIB} --type data`;
  await shell(`[ -e ${path} ] || tgtimg ${options} --file ${path}`);
}

/**
 * Puts a cartridge into the drive behind the kernel's back. The target gives no unit attention for it: `meanwhile` is
 * called while the drive is not ready.
 */
export async function insert(path: string, meanwhile?: () => Promise<unknown>): Promise<void> {
  const unit = ['--lld', 'iscsi', '--mode', 'logicalunit', '--op', 'update', '--tid', '1', '--lun', '1'];
  await command('tgtadm', ...unit, '--params', 'online=0');
  await command('tgtadm', ...unit, '--params', `path=${path}`);
  await meanwhile?.();
  await command('tgtadm', ...unit, '--params', 'online=1');
}
