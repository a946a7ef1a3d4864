/** How messages name a device, by its type. */
export type DeviceNoun = 'drive' | 'library';
