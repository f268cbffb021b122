import { LoopbackTransport } from '../../src/transport/loopback.ts'
import { describeTransportContract } from './contract.ts'

describeTransportContract(
  'loopback',
  () => {
    const transports = [new LoopbackTransport(0)]
    return { transports, kill() {}, dispose: () => transports[0]!.close() }
  },
  { self: true },
)
