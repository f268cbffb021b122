// latency and bw between two hosts by zeromq.js alone, a DEALER and a ROUTER: what tsmpi's transport is made of.
// No MPI: no matching, no order between peers, and a buffer is not the sender's again when send has resolved.
//
//   zeromq.mjs pair HOST HOST RSH… -- BUDGET latency=8 bw=65536   starts both ends, over RSH, and prints their figures
//   zeromq.mjs bind ADDRESS BUDGET …                              one end: prints its port
//   zeromq.mjs connect ADDRESS PORT BUDGET …                      the other
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const WINDOW = 64

if (process.argv[2] === 'pair') {
  const words = process.argv.slice(3)
  const [first, second, ...rsh] = words.slice(0, words.indexOf('--'))
  const rest = words.slice(words.indexOf('--') + 1)
  await runPair(first, second, rsh, rest)
} else if (process.argv[2] === 'bind') {
  await bind(...process.argv.slice(3))
} else {
  await connect(...process.argv.slice(3))
}

async function runPair(first, second, rsh, words) {
  const start = (host, ...args) => {
    const command = ['exec', process.execPath, fileURLToPath(import.meta.url), ...args].join(' ')
    const child = spawn(rsh[0], [...rsh.slice(1), host, command], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`the end on ${host} ended with ${code}`)),
      )
    })
    return { lines: createInterface(child.stdout), ended }
  }
  const bound = start(second, 'bind', second, ...words)
  const port = await new Promise((resolve, reject) => {
    bound.lines.once('line', resolve)
    bound.ended.catch(reject)
  })
  const connected = start(first, 'connect', second, port, ...words)
  connected.lines.on('line', (line) => console.log(line))
  await Promise.all([bound.ended, connected.ended])
}

async function bind(address, ...words) {
  const { Router } = await import('zeromq')
  const router = new Router({ linger: -1, sendHighWaterMark: 0, receiveHighWaterMark: 0 })
  await router.bind(`tcp://${await addressOf(address)}:*`)
  console.log(router.lastEndpoint.split(':').at(-1))
  let id
  await run(words, {
    send: (data) => router.send([id, data]),
    async receive() {
      const [from, data] = await router.receive()
      id = from
      return data
    },
    sends: false,
  })
  router.close()
}

async function connect(address, port, ...words) {
  const { Dealer } = await import('zeromq')
  const dealer = new Dealer({ linger: -1, sendHighWaterMark: 0, receiveHighWaterMark: 0 })
  dealer.connect(`tcp://${await addressOf(address)}:${port}`)
  await run(words, {
    send: (data) => dealer.send(data),
    receive: async () => (await dealer.receive())[0],
    sends: true,
  })
  dealer.close()
}

async function addressOf(host) {
  const { lookup } = await import('node:dns/promises')
  return (await lookup(host, { family: 4 })).address
}

/** The loops of ../ts/point-to-point.ts and the measuring of ../ts/bench.ts. */
async function run([budgetMs, ...words], end) {
  const budget = Number(budgetMs) / 1000
  for (const word of words) {
    const [name, sizes] = word.split('=')
    let first = true
    for (const bytes of sizes.split(',').map(Number)) {
      const { runCalls, check } = bench(name, bytes, end)
      const { seconds, iterations } = await measure(
        runCalls,
        check,
        end,
        Math.max(budget * (first ? 10 : 4), first ? 2 : 0.3),
        budget,
      )
      const value = name === 'latency' ? (seconds / 2) * 1e6 : (WINDOW * bytes) / seconds / 1e6
      if (end.sends)
        console.log(JSON.stringify({ bench: name, ranks: 2, bytes, value, max: value, iterations }))
      first = false
    }
  }
}

function bench(name, bytes, end) {
  const own = Number(!end.sends)
  const out = Buffer.alloc(bytes)
  for (let i = 0; i < bytes; i++) out[i] = ((own * 31 + i) % 251) + 1
  const ack = Buffer.alloc(1)
  let last
  const check = () => {
    for (let i = 0; i < bytes; i++) {
      if (last[i] !== (((1 - own) * 31 + i) % 251) + 1)
        throw new Error(`${name} of ${bytes} bytes: wrong data`)
    }
  }
  if (name === 'latency') {
    return {
      check,
      async runCalls(n) {
        const start = performance.now()
        for (let i = 0; i < n; i++) {
          if (end.sends) await end.send(out)
          last = await end.receive()
          if (!end.sends) await end.send(out)
        }
        return (performance.now() - start) / 1000
      },
    }
  }
  return {
    check: () => end.sends || check(),
    async runCalls(n) {
      const start = performance.now()
      for (let i = 0; i < n; i++) {
        if (end.sends) {
          for (let w = 0; w < WINDOW; w++) await end.send(out)
          await end.receive()
        } else {
          for (let w = 0; w < WINDOW; w++) last = await end.receive()
          await end.send(ack)
        }
      }
      return (performance.now() - start) / 1000
    },
  }
}

/** 1, 2, 4, … calls to warm up; the connecting end decides how many calls then fill the budget. */
async function measure(runCalls, check, end, warmUp, budget) {
  let total = 0
  let previous = Number.POSITIVE_INFINITY
  for (let n = 1; ; n *= 2) {
    await barrier(end)
    const spent = await runCalls(n)
    total += spent
    const perCall = Math.min(previous, spent / n)
    previous = spent / n
    let iterations = total >= warmUp || n >= 1 << 22 ? Math.max(Math.floor(budget / perCall), 3) : 0
    iterations = await decided(end, iterations)
    if (iterations === 0) continue
    await barrier(end)
    const seconds = (await runCalls(iterations)) / iterations
    check()
    return { seconds, iterations }
  }
}

async function barrier(end) {
  if (end.sends) await end.send(Buffer.alloc(1))
  await end.receive()
  if (!end.sends) await end.send(Buffer.alloc(1))
}

async function decided(end, iterations) {
  if (!end.sends) return Number(String(await end.receive()))
  await end.send(Buffer.from(String(iterations)))
  return iterations
}
