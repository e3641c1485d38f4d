/*
 * The cache and revocation protocol: two instances, one PostgreSQL, one Redis, one user.
 *
 * The state of the user is the number of the last committed change. A cache entry is the number that was read.
 * `docs/model/check` runs all variants and mutants, and README.md explains them. By hand:
 *
 *   spin -a -DCUT -DONE_CACHE protocol.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -E -m100000
 *   spin -t -p -DCUT -DONE_CACHE protocol.pml      # prints the counterexample, if there is one
 *
 * Faults. Each happens only where its name is defined. Together they happen FAULTS times.
 *   CUT          an instance loses its connection to Redis
 *   LOSE         PostgreSQL ends the session of a follower, and the instance notices it at any later time
 *   ROLLBACK     Redis restarts with an older snapshot
 *   READONLY     Redis refuses writes and answers reads
 *   FAILOVER     a standby is promoted; the standby may lack the last commit, and gives its xid out again
 *   STANDBY      connections of instance 0 may reach a hot standby that lags behind
 *   OUTAGE       an instance cannot reach PostgreSQL for a while
 *   DIRECT       the follower of instance 0 cannot connect for a while, and its pool can
 *   BULK         a change may write more rows than a page or a replay holds
 *
 * Shape of a variant:
 *   ONE_CACHE    instance 1 has no Redis and no follower, and only makes changes
 *   TWO_URLS     only the pool of instance 0 may reach the standby; its follower has a way of its own
 *   OWN_STORES   each instance has a store of its own. One of them is announced later than it is filled: that of
 *                instance 1, or with ONE_CACHE that of instance 0, perhaps
 *   CLIENTS      the memory of OAuth clients: each instance has one, and nobody else can delete from it
 *   REPEAT       a request may ask for a change that is committed already
 *   BLACKLIST    tokens of sessions that are not live are put on the blacklist
 *   LATE         a fill or a blacklist entry that was sent arrives at Redis at any later time
 *   EXPIRY       a right expires at any time, and not only where an acknowledgement waits for that
 *   PRUNE        the row of an instance is removed from the table of instances
 *   PROGRESS     SPIN checks I4 (liveness)
 *   WITNESS=n    SPIN reports the first accepted entry for which a condition holds: such a run exists
 *   DOUBLE_FAULT the first assumption below is dropped
 *   EXEMPT       I1 is not checked for requests that asked Redis in the state `unreachable`
 *
 * Assumptions. One run is excluded: an instance serves in the state `unreachable` while a change is acknowledged, or was since the
 * instance lost PostgreSQL, whose entry no instance has deleted. That needs two faults: this instance has lost PostgreSQL, the
 * changing instance has lost Redis, and no third instance has both. See `ASSUMED`. With OWN_STORES, a failover that loses the row of
 * an instance is excluded too; LOSTROW drops that.
 */
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef FAULTS
#define FAULTS 1
#endif
#ifndef WRITERS
#define WRITERS 1
#endif
#ifndef READERS
#define READERS 1       /* 1: requests on instance 0, 2: on instance 1, 3: on both, 0: none */
#endif
#define XIDS 4          /* transactions at most */
#define NONE 15         /* no entry */
#define bit(n) (1 << (n))

/* What a check found. SPIN prints the number. */
#define I1 1            /* an accepted entry is older than what was acknowledged when the request began */
#define I2 2            /* an accepted entry holds a commit that the followed history does not have */
#define I3 3            /* a live session is refused */
#define I5 5            /* an instance that does not follow fills the cache */
#define I1_UNREACHABLE 6  /* I1, in the state `unreachable` */
#define REACHED 9       /* the condition of WITNESS holds */
#if WITNESS == 1        /* an entry that was filled after a change whose DEL failed */
#define witnessed(i, got) (got > 0 && fence > 0)
#elif WITNESS == 2      /* an entry that was filled in the new history after a failover */
#define witnessed(i, got) (got > 0 && followed[i] == 2)
#elif WITNESS == 3      /* an entry that was filled after a change, in the state `unreachable` */
#define witnessed(i, got) (got > 0 && state[i] == UNREACHABLE)
#elif WITNESS == 4      /* an entry that was filled after rows were skipped */
#define witnessed(i, got) (got > 0 && floor[i] > 0)
#elif WITNESS == 5      /* an entry of a store that was announced while another one was, filled after a change */
#define witnessed(i, got) (got > 0 && i == 1)
#elif WITNESS == 6      /* an entry that was filled after Redis refused writes */
#define witnessed(i, got) (got > 0 && faults > 0)
#elif WITNESS == 7      /* an entry that was filled after a change was acknowledged a second time */
#define witnessed(i, got) (got > 0 && repeats > 0)
#endif
byte violated = 0;
#define check(n, condition) if :: (condition) -> skip :: else -> violated = n; assert(violated != n) fi

/* ---- PostgreSQL ---- */
byte db = 0;            /* last committed change */
byte ids = 0;           /* number of the newest change of any history */
byte clock = 0;         /* counts commits and what else must be ordered in time */
byte nextXid = 1;
byte openXids = 0;      /* bit per xid: the transaction is under way */
byte loggedXids = 0;    /* bit per xid: its row is in the log */
byte bulkXids = 0;      /* BULK: bit per xid: it writes more rows than a page holds */
byte row[XIDS + 2];     /* per xid: the change whose log row was committed, or 0 */
byte history = 1;       /* token of the history of the primary */
#define STANDBY_HISTORY 3
byte lostIds = 0;       /* bit per change: a failover lost it */
byte oldDb = 0;         /* last change of history 1 after a failover */
byte standbyDb = 0;     /* last change that the standby has */
bool reachable[2];      /* the instance reaches PostgreSQL */
bool misdirected = 0;   /* instance 0 may reach the standby */
bool direct = 1;        /* the follower of instance 0 can connect where its pool can */
byte changes = 0;
byte repeats = 0;
byte faults = 0;

/* The session that readers ask for: bit per change, whether the session is live after it. */
byte liveAfter = 0;
bool opened = 0;

/* ---- Redis; with OWN_STORES and CLIENTS, what each instance has ---- */
#if defined(OWN_STORES) || defined(CLIENTS)
#define STORES 2
#define at(i) (i)
#else
#define STORES 1
#define at(i) 0
#endif
byte entry[STORES];     /* the change that the entry was read at, or NONE */
byte entryHistory[STORES];
byte lease[STORES];     /* the value that a fill must find, or 0 */
byte entryTime[STORES]; /* BULK: the time when the statement that read the entry began */
bool writable = 1;
bool blacklisted = 0;   /* the token of the session is on the blacklist */
byte blacklistHistory = 0;
byte claimed = 1;       /* used only by CLEARONLY: the history that the claim names */
byte snapshotEntry = NONE; byte snapshotHistory = 0; byte snapshotLease = 0; bool hasSnapshot = 0;

/* ---- OWN_STORES: the table of instances. Each row names the store of its instance ---- */
byte announced = 0;     /* bit per instance: its row is there */
byte removed[2];        /* the clock when the row was last removed: older rights of the instance have expired by then */

/* ---- Instances ---- */
#define SUSPENDED 0
#define CONNECTED 1     /* the position is known; the log is not replayed yet: counts as suspended */
#define FOLLOWING 2
#define UNREACHABLE 3
#define REFUSED 4
byte state[2];
bool alive[2];          /* the follower's session exists on the primary */
byte followed[2];       /* history that is followed, or was followed last */
byte visible[2];        /* position: bit per xid that had ended in the last snapshot */
byte right[2];          /* 1 + clock at the begin of the page that granted the right; 0 for none */
bool wasCurrent[2];     /* the right was valid when the session was lost, and no server has answered since */
bool wasAnswered[2];    /* used only by KEEPEVIDENCE: a server has answered since */
#define DOWN 0
#define OPEN 1          /* connected, the log is not replayed yet */
#define TRUSTED 2
byte link[2];           /* connection to the store */
bool sameLink[2];       /* no connection to Redis was lost since the request of this instance began */
byte floor[2];          /* BULK: entries that were read before this time count as missing */
byte before[2];         /* change that was acknowledged when the request of this instance began */

/* A fill or a blacklist entry that was sent and has not arrived. */
byte sentLease[2]; byte sentEntry[2]; byte sentHistory[2]; byte sentTime[2];
byte sentBlacklist[2];

/* ---- Acknowledgements ---- */
byte acked = 0;         /* newest acknowledged change that no failover lost */
byte fence = 0;         /* the wait has passed since the clock showed this: older rights have expired */
bool undeleted = 0;     /* no instance has deleted the entry since the last commit */
bool isStale = 0;       /* and the change was acknowledged all the same */

/*
 * The right to accept entries. Time is abstract: when a change whose DEL failed is acknowledged, the wait has passed since its
 * commit, which is longer than a right lives. `fence` then voids every right that a page granted which began before the commit.
 * That includes pages that are still being applied. An instance compares clocks whenever it uses the right, so a stall of any
 * length does not matter.
 */
#define hasRight(i) (right[i] > fence && right[i] > removed[i])
#define follows(i) (state[i] == FOLLOWING && hasRight(i))

/* What an instance may do: accept an entry, ask for it, still accept it after the answer, and fill it. */
#if defined(CLIENTS)
#define mayAccept(i) follows(i)
#elif defined(NORIGHT)
#define mayAccept(i) (link[i] == TRUSTED && (state[i] == FOLLOWING || state[i] == UNREACHABLE))
#else
#define mayAccept(i) (link[i] == TRUSTED && (follows(i) || state[i] == UNREACHABLE))
#endif
#if defined(FILLALWAYS) || defined(CLIENTS)
#define mayFill(i) (link[i] == TRUSTED && state[i] != REFUSED)
#else
#define mayFill(i) (link[i] == TRUSTED && follows(i))
#endif
#ifdef LATECHECK
#define mayAsk(i) (link[i] == TRUSTED && state[i] != REFUSED)
#else
#define mayAsk(i) mayAccept(i)
#endif
#ifdef EARLYCHECK
#define stillMayAccept(i) (link[i] == TRUSTED)
#else
#define stillMayAccept(i) mayAccept(i)
#endif

/* Whether an entry of the blacklist counts: it carries the history of its read, like every entry. */
#if defined(KEEPBLACKLIST) || defined(CLEARONLY)
#define blacklistCounts(i, ofHistory) true
#else
#define blacklistCounts(i, ofHistory) (ofHistory == followed[i])
#endif

#define isCommitted(i, id) (!(lostIds & bit(id)) || followed[i] == 1)
#define lastOf(ofHistory) ((ofHistory == 1 && history == 2) -> oldDb : db)
#define isLive(id) (liveAfter & bit(id))
#define endedXids ((bit(nextXid) - 1) & ~openXids)

/* Whether a page would change anything. Pages that change nothing are left out, as they only add states. */
#if defined(FROMEND) || defined(FLOOREARLY)
#define isPageNew(i) true
#else
#define isPageNew(i) (right[i] != clock + 1 || visible[i] != endedXids)
#endif
#define max(a, b) ((a) > (b) -> (a) : (b))
#define min(a, b) ((a) < (b) -> (a) : (b))

/*
 * PostgreSQL is out of reach: neither the pool nor a new connection gets an answer, and the last page was current when the session
 * was lost. A right that had expired by then says that changes may be acknowledged that this instance has not read.
 */
#if defined(FALSEEVIDENCE)
#define isOutOfReach(i) (wasCurrent[i])
#elif defined(STALECONTACT)
#define isOutOfReach(i) (!reachable[i])
#else
#define isOutOfReach(i) (!reachable[i] && wasCurrent[i])
#endif
#define isDoubleFault(i) (isStale && link[i] == TRUSTED && !reachable[i] && wasCurrent[i] && !wasAnswered[i])

/* A page grants a right only to an instance whose row is there. */
#if defined(OWN_STORES) && !defined(NOROW) && !defined(ANNOUNCELATE)
#define hasRow(i) ((announced & bit(i)) != 0)
#else
#define hasRow(i) true
#endif

/* Names that make the processes shorter. */
#ifdef NOHISTORY
#define isOwnHistory(i, other) true
#else
#define isOwnHistory(i, other) (other == followed[i])
#endif
#ifdef CLIENTS          /* what is kept names no history: it is emptied before another one is followed */
#define isKept(i, ofHistory) true
#define mustEmpty(rows) true
#else
#define isKept(i, ofHistory) isOwnHistory(i, ofHistory)
#define mustEmpty(rows) (rows)
#endif
#ifdef NOLIMIT
#define canRead(rows) (!(rows & bulkXids))
#else
#define canRead(rows) true
#endif
#if defined(NOLIMIT) || defined(REPLAYNOLIMIT)
#define canReplay(rows) (!(rows & bulkXids))
#else
#define canReplay(rows) true
#endif
#ifdef PREPAREONCE
#define stillFollows(i) true
#else
#define stillFollows(i) follows(i)
#endif
#ifdef DOUBLE_FAULT
#define ASSUMED false
#else
#define ASSUMED true
#endif
#ifdef BLACKLIST
#define HAS_TOKEN opened
#else
#define HAS_TOKEN true
#endif

/* ---- Steps that several processes use ---- */

/* Ends the connection to Redis: whatever was asked on it gets no answer. */
inline loseRedis(i) { link[i] = DOWN; sameLink[i] = 0 }

inline clearEntry(i) { entry[at(i)] = NONE; entryHistory[at(i)] = 0; entryTime[at(i)] = 0; lease[at(i)] = 0 }

/* DEL of the entry and of its lease. A refused DEL ends the connection. */
inline deleteEntry(i, done) {
  if
  :: link[i] != DOWN && writable -> clearEntry(i); undeleted = 0; isStale = 0; done = 1
#ifdef KEEPLINK
  :: link[i] != DOWN && !writable -> done = 0
#else
  :: link[i] != DOWN && !writable -> loseRedis(i); done = 0
#endif
  :: link[i] == DOWN -> done = 0
  fi
}

#ifdef OWN_STORES
/* Removes a row that was not renewed for longer than a right lives. A page grants no right without a renewal shortly before. */
inline removeRow(i) {
  faults++; announced = announced & ~bit(i); clock++;
#ifndef PRUNEEARLY
  removed[i] = clock
#endif
}
#endif

/* Changes that a failover has lost do not count: see SECURITY.md. */
inline acknowledge(id) {
  if :: !(lostIds & bit(id)) -> acked = max(acked, id) :: else fi
}
#ifdef OWN_STORES       /* each transaction proves the followed history */
#define mayChange(w) (reachable[w] && followed[w] == history)
#else
#define mayChange(w) (reachable[w])
#endif
#define someoneIsUnreachable ((state[0] == UNREACHABLE && link[0] == TRUSTED) || (state[1] == UNREACHABLE && link[1] == TRUSTED))

/* What instance `i` sent arrives at Redis: a fill counts only if its lease stands. */
inline arrive(i) {
  if
  :: writable && sentLease[i] != 0 && sentLease[i] == lease[at(i)] ->
       entry[at(i)] = sentEntry[i]; entryHistory[at(i)] = sentHistory[i]; entryTime[at(i)] = sentTime[i]; lease[at(i)] = 0
#ifdef NOLEASE
  :: writable && sentLease[i] != 0 && sentLease[i] != lease[at(i)] ->
       entry[at(i)] = sentEntry[i]; entryHistory[at(i)] = sentHistory[i]; entryTime[at(i)] = sentTime[i]
#endif
  :: else
  fi;
  if
  :: writable && sentBlacklist[i] != 0 -> blacklisted = 1; blacklistHistory = sentBlacklist[i]
  :: else
  fi;
  sentLease[i] = 0; sentEntry[i] = 0; sentHistory[i] = 0; sentTime[i] = 0; sentBlacklist[i] = 0
}

/* Applies rows of the log. Too many are skipped, and then all entries that were read before `time` count as missing. */
inline apply(i, rows, time, done) {
  if
  :: rows & bulkXids -> floor[i] = max(floor[i], time)
  :: rows && !(rows & bulkXids) -> deleteEntry(i, done)
  :: else
  fi;
  done = 0
}

/* Grants the right of a page. An instance whose row is gone announces its store anew before it uses it. */
inline grant(i, began, hadRow) {
  if
  :: hadRow -> right[i] = began + 1
  :: else -> loseRedis(i)
  fi
}

/* ---- Processes ---- */

/* The follower of one instance: it connects, replays the log, reads pages, and notices that its connection is lost. */
proctype Follower(bit i) {
  byte rows, ended, time, began; bool done, hadRow;
  do
     /* Connect: the position is the present. */
  :: atomic { (state[i] == SUSPENDED || state[i] == UNREACHABLE || state[i] == REFUSED) && reachable[i] && (direct || i == 1) ->
       right[i] = 0; wasCurrent[i] = 0; wasAnswered[i] = 0;
       if
       :: true ->                       /* the server is the primary */
            alive[i] = 1; began = clock; visible[i] = endedXids;
#ifdef CLEARONLY
            if :: followed[i] != history -> loseRedis(i) :: else fi;
#endif
            followed[i] = history;
#ifdef NORESYNC
            state[i] = FOLLOWING
#else
            state[i] = CONNECTED
#endif
#ifndef TWO_URLS
       :: misdirected && i == 0 ->      /* the server is the standby */
#ifdef NOPRIMARY
            alive[i] = 1; followed[i] = STANDBY_HISTORY; visible[i] = 0; state[i] = FOLLOWING
#else
            state[i] = REFUSED
#endif
#endif
       fi }
     /* Replay: the pool reads the rows of the window, and their entries are deleted. */
  :: atomic { state[i] == CONNECTED && alive[i] -> rows = loggedXids; time = clock; hadRow = hasRow(i) };
     atomic { if
              :: state[i] == CONNECTED && canReplay(rows) ->
                   apply(i, mustEmpty(rows), time, done); state[i] = FOLLOWING; grant(i, began, hadRow)
              :: else                   /* the connection was lost, or the replay fails: again */
              fi;
              rows = 0; time = 0; began = 0; hadRow = 0 }
     /* Page: rows that are visible now and were not visible in the last snapshot. */
#ifdef FLOOREARLY
  :: atomic { state[i] == FOLLOWING && alive[i] && isPageNew(i) -> time = clock };
     atomic { rows = loggedXids & ~visible[i]; ended = endedXids; began = clock; hadRow = hasRow(i) };
#else
  :: atomic { state[i] == FOLLOWING && alive[i] && isPageNew(i) ->
       rows = loggedXids & ~visible[i]; ended = endedXids; began = clock; time = clock; hadRow = hasRow(i)
#ifdef NOPRIMARY
       ; if :: followed[i] == STANDBY_HISTORY -> rows = 0; ended = 0 :: else fi
#endif
     };
#endif
#ifdef GRANTFIRST
     atomic { if :: state[i] == FOLLOWING -> right[i] = began + 1 :: else fi };
#endif
     atomic { if
              :: state[i] == FOLLOWING && canRead(rows) ->
#ifdef ONLYTRUSTED
                   if :: link[i] == TRUSTED -> apply(i, rows, time, done) :: else fi;
#else
                   apply(i, rows, time, done);
#endif
#ifdef BYNUMBER
                   visible[i] = bit(nextXid) - 1;
#else
                   visible[i] = ended;
#endif
#ifdef FROMEND
                   right[i] = clock + 1
#else
                   grant(i, began, hadRow)
#endif
              :: else
              fi;
              rows = 0; ended = 0; time = 0; began = 0; hadRow = 0 }
#ifdef NOTIFYTRUSTED
  :: atomic { state[i] == FOLLOWING && (openXids & ~visible[i]) ->
       deleteEntry(i, done); done = 0; visible[i] = visible[i] | openXids }
#endif
     /* The instance notices that the session has ended. */
  :: atomic { (state[i] == CONNECTED || state[i] == FOLLOWING) && !alive[i] ->
#if defined(OUTAGE) || defined(FALSEEVIDENCE)
       wasCurrent[i] = follows(i);
#endif
       state[i] = SUSPENDED; right[i] = 0 }
#if defined(OUTAGE) || defined(FALSEEVIDENCE)
  :: atomic { state[i] == SUSPENDED && isOutOfReach(i) && !(ASSUMED && isDoubleFault(i)) -> state[i] = UNREACHABLE }
     /* A server answers: PostgreSQL is asked again, until the log is followed on a new connection. */
  :: atomic { state[i] == UNREACHABLE && reachable[i] ->
       state[i] = SUSPENDED;
#ifdef KEEPEVIDENCE
       wasAnswered[i] = 1
#else
       wasCurrent[i] = 0
#endif
     }
#endif
  od
}

/* The connection of one instance to its store: it is opened, the log is replayed, and a heartbeat finds that writes are refused. */
proctype Cache(bit i) {
  byte rows, time, base; bool done;
  do
#ifdef OWN_STORES
     /* The row that announces the store is committed before the replay reads the log. */
  :: atomic { link[i] == DOWN && state[i] == FOLLOWING && alive[i] ->
#ifndef ANNOUNCELATE
       announced = announced | bit(i);
#endif
       link[i] = OPEN }
#else
  :: atomic { link[i] == DOWN -> link[i] = OPEN }
#endif
#ifdef NOREPLAY
  :: atomic { link[i] == OPEN -> link[i] = TRUSTED }
#else
  :: atomic { link[i] == OPEN && follows(i) && reachable[i] && followed[i] == history ->
       rows = loggedXids; time = clock; base = history };
     atomic { if
              :: link[i] == OPEN && stillFollows(i) && followed[i] == base && canReplay(rows) ->
#ifdef CLEARONLY
                   if :: claimed != base -> blacklisted = 0; claimed = base :: else fi;
#endif
                   apply(i, rows, time, done);
                   if :: link[i] == OPEN -> link[i] = TRUSTED :: else fi
              :: else -> loseRedis(i)
              fi;
              rows = 0; time = 0; base = 0 }
#endif
#ifndef KEEPLINK
  :: atomic { link[i] != DOWN && !writable -> loseRedis(i) }
#endif
#ifdef ANNOUNCELATE
  :: atomic { link[i] == TRUSTED && alive[i] -> announced = announced | bit(i) }
#endif
  od
}

/* Requests on one instance, one after the other. */
proctype Reader(bit i) {
  byte got, gotHistory, gotTime, mine, blackHistory, seen, seenHistory, readTime; bool black, outage;
  do
  :: atomic { state[i] != REFUSED && HAS_TOKEN -> before[i] = acked; sameLink[i] = 1 };
     /* 1. Ask the cache. */
     atomic { if
              :: mayAsk(i) && sameLink[i] ->
                   got = entry[at(i)]; gotHistory = entryHistory[at(i)]; gotTime = entryTime[at(i)];
                   black = blacklisted; blackHistory = blacklistHistory;
                   outage = (state[i] == UNREACHABLE)
              :: else -> got = NONE
              fi
#ifdef CLIENTS          /* memory answers at once */
              ;
#else
              };
#endif
     /* 2. Accept its answer. */
#ifndef CLIENTS
     atomic {
#endif
              if
              :: sameLink[i] && stillMayAccept(i) && black && blacklistCounts(i, blackHistory) ->
                   check(I3, !isLive(lastOf(followed[i])));
                   goto done
              :: sameLink[i] && stillMayAccept(i) && !(black && blacklistCounts(i, blackHistory)) && got != NONE &&
                 isKept(i, gotHistory) && gotTime >= floor[i] ->
                   check(I1, outage || got >= before[i]);
#ifndef EXEMPT
                   check(I1_UNREACHABLE, got >= before[i]);
#endif
                   check(I2, isCommitted(i, got));
#ifdef WITNESS
                   check(REACHED, !witnessed(i, got));
#endif
                   goto done
              :: else
              fi };
     /* 3. Take a lease, if the entry may be filled. */
     atomic { if
              :: mayFill(i) && sameLink[i] && writable ->
#ifdef LATE
                   if :: sentLease[i] == 2 * i + 1 -> mine = 2 * i + 2 :: else -> mine = 2 * i + 1 fi;
#else
                   mine = i + 1;
#endif
                   lease[at(i)] = mine
              :: else
              fi };
     /* 4. Read PostgreSQL: the statement begins, and then takes its snapshot. No answer and a standby are a 503. */
#ifdef BULK
     atomic { readTime = clock };
#endif
     atomic { if
              :: reachable[i] -> seen = db; seenHistory = history
#if defined(NOPRIMARY)
              :: misdirected && i == 0 -> seen = standbyDb; seenHistory = STANDBY_HISTORY
#elif defined(UNPROVEN)
              :: misdirected && i == 0 -> seen = standbyDb; seenHistory = followed[i]
#else
              :: misdirected && i == 0 -> goto done
#endif
              :: !reachable[i] -> goto done
              fi };
     atomic { if
              :: state[i] == FOLLOWING && !isOwnHistory(i, seenHistory) -> goto done
              :: else
              fi;
              check(I1, seen >= before[i] || (seenHistory == 1 && history == 2));
#ifdef BLACKLIST
              check(I3, isLive(seen) || !isLive(lastOf(seenHistory)));
#endif
              skip };
     /* 5. Fill the entry, and put the token of a session that is not live on the blacklist. */
     atomic { if
              :: mine && mayFill(i) && sameLink[i] && isOwnHistory(i, seenHistory) &&
                 sentLease[i] == 0 && sentBlacklist[i] == 0 ->
#ifndef CLIENTS
                   check(I5, follows(i));
#endif
                   sentLease[i] = mine; sentEntry[i] = seen; sentHistory[i] = seenHistory;
#ifdef READLATE
                   sentTime[i] = clock;
#else
                   sentTime[i] = readTime;
#endif
#ifdef BLACKLIST
                   if :: !isLive(seen) -> sentBlacklist[i] = seenHistory :: else fi;
#endif
#ifndef LATE
                   arrive(i);
#endif
                   skip
              :: else
              fi };
done: atomic { got = 0; gotHistory = 0; gotTime = 0; mine = 0; black = 0; blackHistory = 0; outage = 0;
               seen = 0; seenHistory = 0; readTime = 0; before[i] = 0; sameLink[i] = 0 }
  od
}

#ifdef LATE
/* What an instance sent arrives at Redis at any later time, also after the instance gave the connection up. */
proctype Network(bit i) {
  do :: atomic { sentLease[i] != 0 || sentBlacklist[i] != 0 -> arrive(i) } od
}
#endif

/*
 * A change: begin, commit, delete the entry, acknowledge. The process may die before the acknowledgement. A request for what is
 * committed already commits nothing, and is acknowledged like the change itself.
 */
proctype Writer() {
  byte xid, base, id, stamp, others; bit w; bool done, failed;
  do
#ifdef REPEAT
  :: atomic { repeats == 0 && db != 0 && reachable[1] ->
       repeats++; w = 1; id = db; stamp = clock;
#ifdef NOSETTLE
       acknowledge(id); goto end
#else
       goto settle
#endif
     };
#endif
  :: atomic { changes < CHANGES && nextXid <= XIDS && (mayChange(0) || mayChange(1)) ->
       if
#ifndef ONE_CACHE
       :: mayChange(0) -> w = 0
#endif
       :: mayChange(1) -> w = 1
       fi;
#ifdef STOREEARLY
       others = announced & ~bit(w);
#endif
       changes++; xid = nextXid; nextXid++; base = history; openXids = openXids | bit(xid)
#ifdef BULK
       ; if :: bulkXids = bulkXids | bit(xid) :: skip fi
#endif
     };
     atomic { if
              :: base == history && reachable[w] ->
                   ids++; clock++; id = ids; stamp = clock; row[xid] = id; undeleted = 1;
                   loggedXids = loggedXids | bit(xid); openXids = openXids & ~bit(xid);
#ifdef BLACKLIST
                   if                   /* what the change does to the session of the readers */
                   :: isLive(db) -> liveAfter = liveAfter | bit(id)
                   :: !opened -> opened = 1; liveAfter = liveAfter | bit(id)
                   :: true
                   fi;
#endif
                   db = id
              :: base == history && !reachable[w] -> openXids = openXids & ~bit(xid); goto end
              :: base != history -> goto end
              fi };
#if defined(OWN_STORES) && !defined(STOREEARLY)
     /* Which stores there are, in a statement that begins after the commit. Without an answer there may be others. */
     atomic { if
              :: followed[w] == history -> others = announced & ~bit(w)
              :: else -> others = bit(1 - w)
              fi };
#endif
settle:
     do
     :: atomic { deleteEntry(w, done);
                 if
                 :: done && !others -> acknowledge(id); break
                 :: else -> failed = 1
                 fi }
     :: atomic { failed && !(ASSUMED && undeleted && someoneIsUnreachable) ->   /* the wait has passed */
#ifndef NOWAIT
          fence = max(fence, stamp);
#endif
          if :: undeleted -> isStale = 1 :: else fi;
          acknowledge(id); break }
     :: atomic { true -> break }        /* killed */
     od;
end: atomic { xid = 0; base = 0; id = 0; stamp = 0; others = 0; w = 0; done = 0; failed = 0 }
  od
}

proctype Faults() {
  byte x;
  do
#ifdef CUT
  :: atomic { faults < FAULTS && link[0] != DOWN -> faults++; loseRedis(0) }
#ifndef ONE_CACHE
  :: atomic { faults < FAULTS && link[1] != DOWN -> faults++; loseRedis(1) }
#endif
#endif
#ifdef LOSE
  :: atomic { faults < FAULTS && alive[0] -> faults++; alive[0] = 0 }
#ifndef ONE_CACHE
  :: atomic { faults < FAULTS && alive[1] -> faults++; alive[1] = 0 }
#endif
#endif
#ifdef EXPIRY
  :: atomic { right[0] -> right[0] = 0 }
#ifndef ONE_CACHE
  :: atomic { right[1] -> right[1] = 0 }
#endif
#endif
#ifdef ROLLBACK
  :: atomic { faults < FAULTS && !hasSnapshot && entry[0] != NONE ->
       hasSnapshot = 1; snapshotEntry = entry[0]; snapshotHistory = entryHistory[0]; snapshotLease = lease[0] }
  :: atomic { faults < FAULTS && hasSnapshot ->
       faults++; entry[0] = snapshotEntry; entryHistory[0] = snapshotHistory; lease[0] = snapshotLease;
       sentLease[0] = 0; sentEntry[0] = 0; sentHistory[0] = 0; sentTime[0] = 0; sentBlacklist[0] = 0;
       sentLease[1] = 0; sentEntry[1] = 0; sentHistory[1] = 0; sentTime[1] = 0; sentBlacklist[1] = 0;
       loseRedis(0); loseRedis(1) }
#endif
#ifdef READONLY
  :: atomic { faults < FAULTS && writable -> faults++; writable = 0 }
  :: atomic { !writable -> writable = 1 }
#endif
#ifdef OUTAGE
  :: atomic { faults < FAULTS && reachable[0] -> faults++; reachable[0] = 0; alive[0] = 0 }
  :: atomic { !reachable[0] -> reachable[0] = 1 }
#ifndef ONE_CACHE
  :: atomic { faults < FAULTS && reachable[1] -> faults++; reachable[1] = 0; alive[1] = 0 }
  :: atomic { !reachable[1] -> reachable[1] = 1 }
#endif
#endif
#ifdef DIRECT
  :: atomic { faults < FAULTS && direct -> faults++; direct = 0; alive[0] = 0 }
  :: atomic { !direct -> direct = 1 }
#endif
#ifdef PRUNE
  :: atomic { faults < FAULTS && (announced & bit(0)) -> removeRow(0) }
#endif
#ifdef STANDBY
  :: atomic { faults < FAULTS && !misdirected -> faults++; misdirected = 1; standbyDb = db }
  :: atomic { misdirected && standbyDb != db -> standbyDb = db }
#endif
#ifdef FAILOVER
  :: atomic { faults < FAULTS && history == 1 ->
       faults++; history = 2; oldDb = db; alive[0] = 0; alive[1] = 0; openXids = 0;
#ifdef OWN_STORES
#ifdef LOSTROW
       announced = announced & ~bit(0);
#endif
       followed[1] = 2;
#endif
       if
       :: db != 0 ->                    /* the standby lacks the last commit */
            lostIds = lostIds | bit(db); x = 1;
            do :: row[x] == db -> break :: row[x] != db -> x++ od;
            row[x] = 0; loggedXids = loggedXids & ~bit(x); db = 0; x = 1;
            do :: x <= XIDS -> db = max(db, row[x]); x++ :: x > XIDS -> break od
       :: true
       fi;
       nextXid = XIDS;                  /* the new primary counts on from the last xid that it knows */
       do :: nextXid > 0 && row[nextXid] == 0 -> nextXid-- :: else -> break od;
       nextXid++; x = 0;
       acked = min(acked, db); before[0] = min(before[0], db); before[1] = min(before[1], db) }
#endif
  :: false -> skip        /* never: some variants have no fault */
  od
}

init {
  atomic {
    entry[0] = NONE; link[0] = TRUSTED;
#ifdef OWN_STORES
#ifdef ONE_CACHE
    entry[0] = 0; entryHistory[0] = 1; announced = bit(1); link[1] = TRUSTED; followed[1] = 1;
    if :: link[0] = DOWN :: announced = bit(0) | bit(1) fi;
#else
    entry[1] = 0; entryHistory[1] = 1; announced = bit(0);
#endif
#endif
    reachable[0] = 1; reachable[1] = 1;
    state[0] = FOLLOWING; alive[0] = 1; followed[0] = 1;
#ifdef BLACKLIST
    if :: opened = 1; liveAfter = 1 :: skip fi;
#endif
    run Follower(0);
#ifndef CLIENTS
    run Cache(0);
#endif
#ifndef ONE_CACHE
    state[1] = FOLLOWING; alive[1] = 1; followed[1] = 1;
#ifndef OWN_STORES
    link[1] = TRUSTED;
#endif
    run Follower(1); run Cache(1);
#endif
#if READERS & 1
    run Reader(0);
#ifdef LATE
    run Network(0);
#endif
#endif
#if READERS & 2
    run Reader(1);
#ifdef LATE
    run Network(1);
#endif
#endif
    run Writer();
#if WRITERS > 1
    run Writer();
#endif
    run Faults()
  }
}

/* I4: when the faults are over, every row is applied or skipped, and entries are accepted again. */
#ifdef PROGRESS
ltl progress { <> [] (follows(0) && !(loggedXids & ~visible[0]) && link[0] == TRUSTED) }
#endif
