import { describe, expect, test } from 'vitest';
import { LAB_PACKAGES, MissingPackagesError, aptCommand, missingPackages, requirePackages } from './packages.ts';
import type { LabPackage } from './packages.ts';

const present: LabPackage = { name: 'dash', purpose: 'shell', binaries: ['sh'] };
const absent: LabPackage = { name: 'parley-no-such', purpose: 'nothing', binaries: ['parley-no-such-program'] };
const halfAbsent: LabPackage = { name: 'half', purpose: 'half', binaries: ['sh'], libraries: ['no/such/library.so'] };

describe('packages of the lab', () => {
  test('are missing when a program or a library is missing', () => {
    expect(missingPackages([present, absent, halfAbsent])).toEqual([absent, halfAbsent]);
  });

  test('a missing one stops the lab with the command that helps', () => {
    expect(() => {
      requirePackages([present, absent]);
    }).toThrow(MissingPackagesError);
    expect(new MissingPackagesError([absent]).message).toContain('parley-no-such (nothing)');
    expect(aptCommand([absent, halfAbsent], true)).toBe(
      'apt-get install --yes --no-install-recommends parley-no-such half',
    );
    expect(aptCommand([absent], false)).toBe('sudo apt-get install --yes --no-install-recommends parley-no-such');
  });

  test('each one can be proven', () => {
    for (const entry of LAB_PACKAGES) {
      expect(entry.binaries.length + (entry.libraries ?? []).length).toBeGreaterThan(0);
    }
  });
});
