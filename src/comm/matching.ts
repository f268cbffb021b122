/**
 * Which message goes to which receive: MPI's matching rules for one context, and nothing else.
 *
 * A message (source, tag) goes to the receive posted first among those that ask for it; a receive takes
 * the message that came first among those it asks for (MPI-4.1 §3.5). Posted receives lie in one list per
 * source and one for ANY_SOURCE; messages nobody has asked for yet lie in one list per source and, at the
 * same time, in one of all in order of arrival. Growing stamps decide between two lists. Keys are small
 * integers; nothing here allocates but the lists themselves.
 */

/** "From any rank", "with any tag" in a posted receive. */
export const ANY = -1

/** Something that waits for a message. */
export interface Post {
  /** Rank in the communicator, or {@link ANY}. */
  readonly source: number
  /** Tag, or {@link ANY}. */
  readonly tag: number
}

/** Something that came before anybody asked for it. */
export interface Arrival {
  readonly source: number
  readonly tag: number
}

interface PostNode<P> {
  readonly post: P
  readonly stamp: number
}

interface ArrivalNode<A> {
  readonly arrival: A
  taken: boolean
}

export class MatchQueue<P extends Post, A extends Arrival> {
  #stamp = 0
  /** By source; index `size` holds the receives from any source. */
  readonly #posts: PostNode<P>[][] = []
  readonly #bySource: ArrivalNode<A>[][] = []
  /** All arrivals in order. Taken ones are dropped when they come to the front, or when they are many. */
  #inOrder: ArrivalNode<A>[] = []
  #taken = 0
  readonly #anySource: number

  /** `size`: ranks of the communicator. */
  constructor(size: number) {
    this.#anySource = size
  }

  /** Removes and returns the receive that a message from `source` with `tag` belongs to, if there is one. */
  match(source: number, tag: number): P | null {
    const named = this.#posts[source]
    const any = this.#posts[this.#anySource]
    const namedAt = named === undefined ? -1 : findPost(named, tag)
    const anyAt = any === undefined ? -1 : findPost(any, tag)
    if (namedAt < 0 && anyAt < 0) return null
    const useNamed = anyAt < 0 || (namedAt >= 0 && named![namedAt]!.stamp < any![anyAt]!.stamp)
    return useNamed ? removeAt(named!, namedAt).post : removeAt(any!, anyAt).post
  }

  /** Adds a receive for which no message has come yet. The caller has asked `take` first. */
  post(post: P): void {
    const list = post.source === ANY ? this.#anySource : post.source
    const posts = this.#posts[list]
    const node = { post, stamp: this.#stamp++ }
    if (posts === undefined) this.#posts[list] = [node]
    else posts.push(node)
  }

  /** Takes a posted receive back. False: it was matched already. */
  withdraw(post: P): boolean {
    const posts = this.#posts[post.source === ANY ? this.#anySource : post.source]
    const at = posts === undefined ? -1 : posts.findIndex((node) => node.post === post)
    if (at < 0) return false
    posts!.splice(at, 1)
    return true
  }

  /** Adds a message that nobody has asked for yet. The caller has asked `match` first. */
  park(arrival: A): void {
    const node = { arrival, taken: false }
    const list = this.#bySource[arrival.source]
    if (list === undefined) this.#bySource[arrival.source] = [node]
    else list.push(node)
    this.#inOrder.push(node)
  }

  /** The message that a receive from `source` with `tag` would get now, left where it is. */
  peek(source: number, tag: number): A | null {
    return this.#find(source, tag)?.arrival ?? null
  }

  /** Removes and returns the message that a receive from `source` with `tag` gets now. */
  take(source: number, tag: number): A | null {
    const node = this.#find(source, tag)
    if (node === null) return null
    node.taken = true
    this.#taken++
    const list = this.#bySource[node.arrival.source]!
    removeAt(list, list.indexOf(node))
    this.#sweep()
    return node.arrival
  }

  /** The receives still waiting, in the order they were posted. */
  posts(): P[] {
    return this.#posts
      .flat()
      .sort((a, b) => a.stamp - b.stamp)
      .map((node) => node.post)
  }

  /** The messages still unasked for, in order of arrival. */
  arrivals(): A[] {
    return this.#inOrder.filter((node) => !node.taken).map((node) => node.arrival)
  }

  #find(source: number, tag: number): ArrivalNode<A> | null {
    const list = source === ANY ? this.#inOrder : this.#bySource[source]
    if (list === undefined) return null
    for (const node of list) {
      if (!node.taken && (tag === ANY || node.arrival.tag === tag)) return node
    }
    return null
  }

  /** Forgets taken messages once they are half of the list, so that each costs a constant. */
  #sweep(): void {
    if (this.#taken === this.#inOrder.length) {
      this.#inOrder.length = 0
      this.#taken = 0
    } else if (this.#taken > 32 && this.#taken * 2 > this.#inOrder.length) {
      this.#inOrder = this.#inOrder.filter((node) => !node.taken)
      this.#taken = 0
    }
  }
}

function findPost<P extends Post>(list: PostNode<P>[], tag: number): number {
  for (let i = 0; i < list.length; i++) {
    const wanted = list[i]!.post.tag
    if (wanted === ANY || wanted === tag) return i
  }
  return -1
}

// shift() is far cheaper than splice() for the first entry, and the first entry is nearly always the one.
function removeAt<T>(list: T[], at: number): T {
  return at === 0 ? (list.shift() as T) : (list.splice(at, 1)[0] as T)
}
