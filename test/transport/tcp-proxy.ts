/** Stands between two ranks and can go dead without a word, as a cut link does. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export class TcpProxy {
  readonly #server: Server
  readonly #sockets: Socket[] = []
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []
  #calls = 0
  #isCut = false

  private constructor(target: string) {
    const port = Number(target.split(':').at(-1))
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (from) => {
      const to = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      for (const [a, b] of [
        [from, to],
        [to, from],
      ] as const) {
        // biome-ignore format: both ways
        this.#sockets.push(a)
        a.on('error', () => {})
        a.on('data', (chunk) => this.#isCut || b.write(chunk))
        a.on('close', () => this.#isCut || b.destroy())
        a.on('end', () => this.#isCut || b.end())
        a.resume()
      }
      this.#calls++
      for (const w of this.#waiting.splice(0)) w.count <= this.#calls ? w.resolve() : this.#waiting.push(w)
    })
  }

  /** A proxy of a tcp endpoint of ZeroMQ. */
  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves when somebody has called for the `count`th time. */
  called(count: number): Promise<void> {
    if (this.#calls >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }

  /** From now on nothing passes, and nobody is told. */
  cut(): void {
    this.#isCut = true
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
