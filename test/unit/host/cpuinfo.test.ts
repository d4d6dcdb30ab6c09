import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { describe, it } from 'node:test';
import { parseCpuInfo } from '../../../workers/host/cpuinfo.js';

describe('parseCpuInfo', () => {
  it('counts processors, and takes the name of the first', () => {
    const text =
      'processor\t: 0\nmodel\t\t: 1\nmodel name\t: One CPU @ 2 GHz \n\nprocessor\t: 1\nmodel name\t: Other\n';
    assert.deepEqual(parseCpuInfo(text), { model: 'One CPU @ 2 GHz', cores: 2, isGuest: null });
  });

  it('reports missing fields as unknown', () => {
    assert.deepEqual(parseCpuInfo(''), { model: '', cores: 0, isGuest: null });
  });

  it('detects a hypervisor', () => {
    assert.equal(parseCpuInfo('processor\t: 0\nflags\t\t: fpu hypervisor lahf_lm\n').isGuest, true);
    const text = 'processor\t: 0\nmodel name\t: hypervisor\nflags\t\t: fpu\n';
    assert.equal(parseCpuInfo(text).isGuest, false);
  });

  it('agrees with Node about this machine', () => {
    const { cores } = parseCpuInfo(readFileSync('/proc/cpuinfo', 'utf8'));
    assert.equal(cores, cpus().length);
  });
});
