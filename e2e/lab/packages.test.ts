import { describe, expect, test } from 'vitest';
import { LAB_PACKAGES, MissingPackagesError, installCommand, missingPackages, requirePackages } from './packages.ts';
import type { LabPackage } from './packages.ts';

const present: LabPackage = { name: 'dash', purpose: 'shell', binaries: ['sh'] };
const absent: LabPackage = { name: 'parley-no-such', purpose: 'nothing', binaries: ['parley-no-such-program'] };
const halfAbsent: LabPackage = { name: 'half', purpose: 'half', binaries: ['sh'], libraries: ['no/such/library.so'] };

describe('packages of the lab', () => {
  test('are missing when a program or a library is missing', () => {
    expect(missingPackages([present, absent, halfAbsent])).toEqual([absent, halfAbsent]);
    expect(missingPackages([{ ...absent, binaries: ['parley-no-such-program|sh'] }])).toEqual([]);
  });

  test('a missing one stops the lab with the command that helps', () => {
    expect(() => {
      requirePackages([present, absent]);
    }).toThrow(MissingPackagesError);
    expect(() => {
      requirePackages([present, { ...absent, isOptional: true }]);
    }).not.toThrow();
    expect(new MissingPackagesError([absent]).message).toContain('parley-no-such (nothing)');
    expect(installCommand([absent, halfAbsent], true)).toBe(
      'sh scripts/install-debian-packages.sh parley-no-such half',
    );
    expect(installCommand([absent], false)).toBe('sudo sh scripts/install-debian-packages.sh parley-no-such');
  });

  test('each one can be proven', () => {
    for (const entry of LAB_PACKAGES) {
      expect(entry.binaries.length + (entry.libraries ?? []).length).toBeGreaterThan(0);
    }
  });
});
