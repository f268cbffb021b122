import { SimulatedNetwork } from '../../src/transport/simulated/network.ts'
import { describeTransportContract } from './contract.ts'

describeTransportContract('simulated', (size) => {
  const network = new SimulatedNetwork(size, { maxBodyBytes: 1 << 20 })
  const transports = Array.from({ length: size }, (_, rank) => network.transport(rank))
  return { transports, kill: (rank) => network.kill(rank), dispose: () => network.close() }
})
