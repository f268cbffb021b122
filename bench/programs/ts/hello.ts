/** Nothing but a greeting: what the driver times is everything around it. */

import { world } from 'tsmpi'

console.log(`hello from rank ${world.rank} of ${world.size}`)
