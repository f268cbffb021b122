import { parentPort } from 'node:worker_threads'
import { world } from 'tsmpi'

parentPort.postMessage(`${world.rank} ${world.size}`)
