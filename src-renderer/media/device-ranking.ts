/** One microphone, output or camera, as the system has it plugged in now. */
export interface AudioDevice {
  /** As the browser names it for this origin; lives as long as the device is plugged in. */
  readonly id: string;
  /** As the system calls it; empty until the microphone, or the camera, was allowed once. */
  readonly name: string;
}

/**
 * The first of the wanted devices that is plugged in; undefined: the system's default. Wanted devices are names,
 * since ids differ from computer to computer: the whole name, or a part of it such as the maker's.
 */
export function pickDevice(wanted: readonly string[], present: readonly AudioDevice[]): AudioDevice | undefined {
  for (const name of wanted) {
    const found = findDevice(name, present);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The plugged-in device that a wanted name means. */
export function findDevice(wanted: string, present: readonly AudioDevice[]): AudioDevice | undefined {
  const name = wanted.toLowerCase();
  return (
    present.find((device) => device.name === wanted) ??
    present.find((device) => device.name.toLowerCase().includes(name))
  );
}

/** The ranking after a person chose this device: it goes before all others. `mostItems`: the last ones fall out. */
export function preferDevice(wanted: readonly string[], name: string, mostItems: number): readonly string[] {
  return [name, ...wanted.filter((other) => other !== name)].slice(0, mostItems);
}

/** What of one kind is plugged in, and which of it is in use. */
export interface DeviceUse {
  readonly present: readonly AudioDevice[];
  /** Name of the device in use, chosen or the system's; empty when the system does not say. */
  readonly inUse: string;
}

/** That another device is in use now because one was unplugged or plugged in. */
export interface DeviceMove {
  readonly why: 'unplugged' | 'pluggedIn';
  readonly from: string;
  readonly to: string;
}

/** Undefined when the device stayed, or when the person chose another. */
export function deviceMove(before: DeviceUse, after: DeviceUse): DeviceMove | undefined {
  if (before.inUse === after.inUse || before.inUse === '') return undefined;
  const has = (use: DeviceUse, name: string) => use.present.some((device) => device.name === name);
  const move = { from: before.inUse, to: after.inUse };
  if (has(before, before.inUse) && !has(after, before.inUse)) return { why: 'unplugged', ...move };
  if (after.inUse !== '' && !has(before, after.inUse)) return { why: 'pluggedIn', ...move };
  return undefined;
}

/**
 * Whether the system's own device is another one now. A name that is only now known is none: the microphone that a first
 * call has just opened would be opened again.
 */
export function isAnother(before: string, now: string): boolean {
  return before !== '' && before !== now;
}
