/** How each Parallel Research Kernel is called in the tests, what it refuses, and one slip that it must notice. */

export interface KernelCase {
  /** Its parameters: small, and not such that everything divides evenly. */
  readonly words: readonly string[]
  /** It runs only on 1, 2, 4, 8, … ranks. */
  readonly wantsPowerOf2?: boolean
  readonly title: string
  /** Lines that tell the parameters back, at 2 ranks. */
  readonly tells: readonly string[]
  /** The last line. */
  readonly rate: RegExp
  readonly usage: string
  /** Parameters that cannot be, and the answer. */
  readonly refuses: readonly [words: readonly string[], line: string]
  /** In this file of the kernel the first text replaced by the second: it computes something wrong. */
  readonly slip: readonly [file: string, from: string, to: string]
}

const MFLOPS = /^Rate \(MFlops\/s\): \d+\.\d{6} {2}Avg time \(s\): \d+\.\d{6}$/
const MBYTES = /^Rate \(MB\/s\): \d+\.\d{6} {2}Avg time \(s\): \d+\.\d{6}$/

export const KERNELS: Readonly<Record<string, KernelCase>> = {
  'stencil.ts': {
    words: ['3', '37'],
    title: 'MPI stencil execution on 2D grid',
    tells: [
      'Number of ranks        = 2',
      'Grid size              = 37',
      'Radius of stencil      = 2',
      'Tiles in x/y-direction = 1/2',
      'Number of iterations   = 3',
    ],
    rate: MFLOPS,
    usage: 'Usage: stencil.ts <# iterations> <array dimension>',
    refuses: [['3', '4'], 'ERROR: Stencil radius 2 exceeds grid size 4'],
    slip: ['common/star.ts', 'const two = 2 * stride', 'const two = stride'],
  },
  'transpose.ts': {
    words: ['3', '48', '5'],
    title: 'MPI matrix transpose: B = A^T',
    tells: ['Matrix order         = 48', 'Number of iterations = 3', 'Tile size            = 5'],
    rate: MBYTES,
    usage: 'Usage: transpose.ts <# iterations> <matrix order> [Tile size]',
    refuses: [['3', '49'], 'ERROR: matrix order 49 should be divisible by # procs 2'],
    slip: ['common/transpose-block.ts', 'b[to]! += a[from]!\n', 'b[to]! += a[to]!\n'],
  },
  'nstream.ts': {
    words: ['3', '1001', '7'],
    title: 'MPI stream triad: A = B + scalar*C',
    tells: ['Vector length        = 1001', 'Offset               = 7', 'Number of iterations = 3'],
    rate: MBYTES,
    usage: 'Usage: nstream.ts <# iterations> <vector length> [<offset>]',
    refuses: [['3', '1001', '-7'], 'ERROR: Invalid array offset: -7'],
    slip: ['nstream.ts', 'b!.fill(2)', 'b!.fill(1)'],
  },
  'p2p.ts': {
    words: ['3', '29', '17', '3'],
    title: 'MPI pipeline execution on 2D grid',
    tells: [
      'Grid sizes                     = 29, 17',
      'Number of iterations           = 3',
      'Group factor                   = 3 (cheating!)',
    ],
    rate: MFLOPS,
    usage: 'Usage: p2p.ts <#iterations> <1st array dimension> <2nd array dimension> [group factor]',
    refuses: [['3', '0', '17'], 'ERROR: grid dimensions must be positive: 0, 17'],
    slip: ['p2p.ts', 'corner[0] = -grid', 'corner[0] = grid'],
  },
  'dgemm.ts': {
    words: ['2', '43', '5'],
    title: 'MPI Dense matrix-matrix multiplication: C = A x B',
    tells: [
      'Rank grid            = 2 rows x 1 columns',
      'Matrix order         = 43',
      'Outer block size     = 5',
      'Number of iterations = 2',
    ],
    rate: MFLOPS,
    usage:
      'Usage: dgemm.ts <# iterations> <matrix order> <outer block size> [<local block flag (non-zero=yes, zero=no)>]',
    refuses: [['2', '1', '5'], 'ERROR: matrix order too small: 1'],
    slip: ['common/multiply.ts', 'c21 += x2 * b1', 'c21 += x2 * b0'],
  },
  'sparse.ts': {
    words: ['3', '4', '2'],
    title: 'MPI sparse matrix-vector multiplication',
    tells: [
      'Matrix order          =              256',
      'Stencil diameter      =                5',
      'Sparsity              =     0.0351562500',
      'Number of iterations  =                3',
    ],
    rate: MFLOPS,
    usage: 'Usage: sparse.ts <# iterations> <2log grid size> <stencil radius>',
    refuses: [['3', '2', '2'], 'ERROR: Grid extent 4 smaller than stencil diameter 2*2+1= 5'],
    slip: ['common/csr.ts', '(here[k]! + 1)', '(here[k]! + 2)'],
  },
  'reduce.ts': {
    words: ['3', '101'],
    title: 'MPI vector reduction',
    tells: ['Vector length        = 101', 'Number of iterations = 3'],
    rate: MFLOPS,
    usage: 'Usage: reduce.ts <# iterations> <vector_length>',
    refuses: [['0', '101'], 'ERROR: Iterations must be positive: 0'],
    slip: ['common/loops.ts', 'vector[i + 3]! += other[i + 3]!', 'vector[i + 3]! += other[i + 2]! + 1'],
  },
  'random.ts': {
    words: ['4', '12'],
    wantsPowerOf2: true,
    title: 'MPI Random Access',
    tells: [
      'Table size (aggregate)        = 4096',
      'Update ratio                  = 4',
      'Number of updates (aggregate) = 16384',
    ],
    rate: /^Rate \(GUPS\/s\): \d+\.\d{6}, Time \(s\): \d+\.\d{6}$/,
    usage: 'Usage: random.ts <#update ratio> <log2 tablesize>',
    refuses: [['3', '12'], 'ERROR: Invalid update ratio: 3, must be a power of 2'],
    slip: ['random.ts', 'table[place + 1]! ^= words', 'table[place + 1]! |= words'],
  },
  'global.ts': {
    words: ['5', '96'],
    title: 'MPI global synchronization',
    tells: ['Scramble string length = 96', 'Number of iterations   = 5'],
    rate: /^Rate \(synch\/s\): \d+\.\d{6}, time \(s\): \d+\.\d{6}$/,
    usage: 'Usage: global.ts <# iterations> <scramble string length>',
    refuses: [['5', '97'], 'ERROR: length of string 97 must be multiple of # ranks: 2'],
    slip: ['global.ts', 'from = rank;', 'from = 0;'],
  },
  'pic.ts': {
    words: ['3', '38', '5000', '1', '2', 'GEOMETRIC', '0.9'],
    title: 'MPI Particle-in-Cell execution on 2D grid',
    tells: [
      'Grid size                          = 38',
      'Tiles in x/y-direction             = 1/2',
      'Number of particles requested      = 5000',
      'Number of time steps               = 3',
      'Initialization mode                = GEOMETRIC',
      '  Attenuation factor               = 0.900000',
      'Particle charge semi-increment (k) = 1',
      'Vertical velocity              (m) = 2',
      // As many as the original's formulas give.
      'Number of particles placed         = 5008',
    ],
    rate: /^Rate \(Mparticles_moved\/s\): \d+\.\d{6}$/,
    usage: [
      'Usage: pic.ts <#simulation steps> <grid size> <#particles> <k (particle charge semi-increment)> <m (vertical particle velocity)>',
      '          <init mode> <init parameters>]',
      '   init mode "GEOMETRIC"  parameters: <attenuation factor>',
      '             "SINUSOIDAL" parameters: none',
      '             "LINEAR"     parameters: <negative slope> <constant offset>',
      '             "PATCH"      parameters: <xleft> <xright>  <ybottom> <ytop>',
    ].join('\n'),
    refuses: [
      ['3', '39', '5000', '1', '2', 'GEOMETRIC', '0.9'],
      'ERROR: Number of grid cells must be positive and even: 39',
    ],
    slip: ['common/particles.ts', 'west * (sw + nw) - east', 'west * (sw + nw) + east'],
  },
}
