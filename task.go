package healthcode

import "time"

// MaxTask is for how long a task can be claimed at most. One that is claimed for longer was claimed by a process
// whose clock has been put back since, and is free.
const MaxTask = time.Hour
