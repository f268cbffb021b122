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

/** A place in a {@link Chain}. */
interface Link<T> {
  readonly item: T
  readonly stamp: number
  before: Link<T> | null
  after: Link<T> | null
}

/** A list from whose middle an entry can be taken at constant cost, however long it is. */
class Chain<T> {
  first: Link<T> | null = null
  #last: Link<T> | null = null

  push(item: T, stamp: number): Link<T> {
    const link: Link<T> = { item, stamp, before: this.#last, after: null }
    if (this.#last === null) this.first = link
    else this.#last.after = link
    this.#last = link
    return link
  }

  remove(link: Link<T>): void {
    if (link.before === null) this.first = link.after
    else link.before.after = link.after
    if (link.after === null) this.#last = link.before
    else link.after.before = link.before
  }

  *[Symbol.iterator](): Generator<Link<T>> {
    for (let link = this.first; link !== null; link = link.after) yield link
  }
}

/** An arrival and its two places. */
interface Parked<A> {
  readonly arrival: A
  bySource: Link<Parked<A>> | null
  inOrder: Link<Parked<A>> | null
}

export class MatchQueue<P extends Post, A extends Arrival> {
  #stamp = 0
  /** By source; index `size` holds the receives from any source. */
  readonly #posts: Chain<P>[] = []
  readonly #bySource: Chain<Parked<A>>[] = []
  readonly #inOrder = new Chain<Parked<A>>()
  readonly #anySource: number

  /** `size`: ranks of the communicator. */
  constructor(size: number) {
    this.#anySource = size
  }

  /** Removes and returns the receive that a message from `source` with `tag` belongs to, if there is one. */
  match(source: number, tag: number): P | null {
    const named = findPost(this.#posts[source], tag)
    const any = findPost(this.#posts[this.#anySource], tag)
    if (named !== null && (any === null || named.stamp < any.stamp)) {
      this.#posts[source]!.remove(named)
      return named.item
    }
    if (any === null) return null
    this.#posts[this.#anySource]!.remove(any)
    return any.item
  }

  /** The receive that a message from `source` with `tag` belongs to, left where it is. */
  waiting(source: number, tag: number): P | null {
    const named = findPost(this.#posts[source], tag)
    const any = findPost(this.#posts[this.#anySource], tag)
    if (named === null || any === null) return (named ?? any)?.item ?? null
    return named.stamp < any.stamp ? named.item : any.item
  }

  /** Adds a receive for which no message has come yet. The caller has asked `take` first. */
  post(post: P): void {
    this.#postsOf(post).push(post, this.#stamp++)
  }

  /** Takes a posted receive back. False: it was matched already. */
  withdraw(post: P): boolean {
    const posts = this.#postsOf(post)
    for (const link of posts) {
      if (link.item !== post) continue
      posts.remove(link)
      return true
    }
    return false
  }

  /** Adds a message that nobody has asked for yet. The caller has asked `match` first. */
  park(arrival: A): void {
    const parked: Parked<A> = { arrival, bySource: null, inOrder: null }
    this.#bySource[arrival.source] ??= new Chain()
    parked.bySource = this.#bySource[arrival.source]!.push(parked, 0)
    parked.inOrder = this.#inOrder.push(parked, 0)
  }

  /**
   * Whether the next message from `source` belongs to a receive that comes now: no receive that might want it
   * waits already, and no earlier message of it is here.
   */
  isQuiet(source: number): boolean {
    const arrived = this.#bySource[source]
    if (arrived !== undefined && arrived.first !== null) return false
    const named = this.#posts[source]
    if (named !== undefined && named.first !== null) return false
    const any = this.#posts[this.#anySource]
    return any === undefined || any.first === null
  }

  /** The message that a receive from `source` with `tag` would get now, left where it is. */
  peek(source: number, tag: number): A | null {
    return this.#find(source, tag)?.arrival ?? null
  }

  /** Removes and returns the message that a receive from `source` with `tag` gets now. */
  take(source: number, tag: number): A | null {
    const parked = this.#find(source, tag)
    if (parked === null) return null
    this.#bySource[parked.arrival.source]!.remove(parked.bySource!)
    this.#inOrder.remove(parked.inOrder!)
    return parked.arrival
  }

  /** Removes and returns all messages that nobody has asked for, in order of arrival. */
  clear(): A[] {
    const all = this.arrivals()
    for (const { source } of all) this.take(source, ANY)
    return all
  }

  /** The receives still waiting, in the order they were posted. */
  posts(): P[] {
    return this.#posts
      .flatMap((chain) => [...chain])
      .sort((a, b) => a.stamp - b.stamp)
      .map((link) => link.item)
  }

  /** The messages still unasked for, in order of arrival. */
  arrivals(): A[] {
    return [...this.#inOrder].map((link) => link.item.arrival)
  }

  #postsOf({ source }: P): Chain<P> {
    const list = source === ANY ? this.#anySource : source
    this.#posts[list] ??= new Chain()
    return this.#posts[list]!
  }

  #find(source: number, tag: number): Parked<A> | null {
    const chain = source === ANY ? this.#inOrder : this.#bySource[source]
    for (let link = chain?.first ?? null; link !== null; link = link.after) {
      if (tag === ANY || link.item.arrival.tag === tag) return link.item
    }
    return null
  }
}

function findPost<P extends Post>(chain: Chain<P> | undefined, tag: number): Link<P> | null {
  for (let link = chain?.first ?? null; link !== null; link = link.after) {
    if (link.item.tag === ANY || link.item.tag === tag) return link
  }
  return null
}
