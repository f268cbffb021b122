import { describeTransportContract } from './contract.ts'
import { shmTransports } from './shm-fixture.ts'

describeTransportContract('shm', (size) => shmTransports(size))
describeTransportContract(
  'shm with tiny rings and chunks',
  (size) => shmTransports(size, { sizes: { ringBytes: 1024, chunkBytes: 4096 } }),
  { runs: 3 },
)
