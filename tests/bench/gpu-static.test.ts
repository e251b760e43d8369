import { expect, it } from 'vitest';
import { amdReport } from '../../src/bench/gpu-static/amd-report.ts';
import { intelReport } from '../../src/bench/gpu-static/intel-report.ts';
import { instructionsPerThread } from '../../src/bench/gpu-static/machine-code.ts';

/** Two instructions before a loop of three, one of them a product at a quarter of the rate, and one after it. */
const AMD = `Compile Microseconds: 2500
Subgroup Size: 64
VGPRs: 48
Spilled SGPRs: 0
Spilled VGPRs: 3
Subgroups per SIMD: 20

== Assembly
BB0:
\tv_mov_b32_e32 v0, 0 ; 7e000280
\tv_mov_b32_e32 v1, 0 ; 7e020280
BB1:
\tv_and_b32_e32 v2, v3, v4 ; 36040903
\tv_bcnt_u32_b32 v0, v2, v0 ; d7640000
\tv_mul_lo_u32 v1, v1, v2 ; d7690001
\ts_add_i32 s0, s0, 1 ; 81008100
\ts_cbranch_scc1 BB1 ; bf850000
BB2:
\tv_add_u32_e32 v0, v0, v1 ; 4a000300
\ts_endpgm ; bf810000
`;

const INTEL = `Compile Microseconds: 900
Subgroup Size: 16
Spill Count: 2

== GEN Assembly
mov(16)         g2<1>UD         0x00000000UD                    { align1 1H };
LABEL1:
and(16)         g3<1>UD         g4<8,8,1>UD     g5<8,8,1>UD     { align1 1H };
cbit(16)        g6<1>UD         g3<8,8,1>UD                     { align1 1H };
add(8)          g7<1>D          g6<8,8,1>D      1D              { align1 1Q };
while(16)       JIP:  LABEL1                                    { align1 1H };
`;

it("counts the vector instructions of AMD's machine code by the trip counts of its loops", () => {
  const report = amdReport(AMD);
  expect(report).toMatchObject({ registers: 48, waves: 20, subgroupSize: 64, spills: 3, compileMilliseconds: 2.5 });
  expect(instructionsPerThread(report.code, [{ trips: 10, inner: [] }])).toBe(2 + 10 * 6 + 1);
});

it("counts the vector instructions of Intel's machine code, half of one for eight lanes", () => {
  const report = intelReport(INTEL);
  expect(report).toMatchObject({ subgroupSize: 16, spills: 2, compileMilliseconds: 0.9 });
  expect(instructionsPerThread(report.code, [{ trips: 4, inner: [] }])).toBe(1 + 4 * 2.5);
});

it('reports no count if the machine code has other loops than the source', () => {
  expect(instructionsPerThread(amdReport(AMD).code, [])).toBeUndefined();
});
