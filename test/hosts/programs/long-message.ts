import { world } from 'tsmpi'

// One long message to rank 1, and a few short ones there and back meanwhile; its length is the argument.
const length = Number(process.argv[2])
if (world.rank === 0) {
  const data = new Uint8Array(length)
  for (let i = 0; i < length; i++) data[i] = (i * 7) % 251
  const sent = world.send(data, 1)
  for (let i = 0; i < 5; i++) {
    await world.send(i, 1, { tag: 1 })
    await world.recv(1, { tag: 1 })
  }
  await sent
} else {
  const received = world.recv<Uint8Array>(0, { tag: 0 })
  for (let i = 0; i < 5; i++) await world.send(await world.recv(0, { tag: 1 }), 0, { tag: 1 })
  const data = await received
  if (data.length !== length || data.some((value, i) => value !== (i * 7) % 251))
    throw new Error('wrong data')
  console.log('arrived')
}
