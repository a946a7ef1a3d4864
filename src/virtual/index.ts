export type { CartridgeOptions } from './cartridge-options.js';
export { type DriveControls, type DriveState, openControls } from './control/controls.js';
export { createVirtualDrive, type VirtualDriveOptions } from './create.js';
export type { DriveIdentity } from './drive-record.js';
export { SPEED_NAMES, type SpeedName, speedFacts } from './drive-speeds.js';
export type { Fault } from './faults.js';
export { type Attention, LOCAL_NEXUS, type Nexus } from './nexus.js';
export { type SpeedFacts, SpeedModel, type StreamingCounts, type StreamingState } from './speed-model.js';
export { type DataPhase, type Execution, VirtualDrive } from './virtual-drive.js';
