// Says that it is there before it joins the job.
console.log('here')
await import('./sums.mjs')
