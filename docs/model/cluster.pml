/*
 * One key of a Redis Cluster while its slot moves between two masters, and the replica of the first one takes over.
 *
 * Instance 0 answers requests and follows the log. Instance 1 makes changes. The state of the user is the number of the last
 * committed change, and a cache entry is the number that was read. `docs/model/check` runs it, and README.md explains it.
 * How entries are leased, and how rights expire, is in protocol.pml and simplified here.
 *
 *   EVENTS=n     how often a move begins or ends, or a replica takes over
 */
#ifndef CHANGES
#define CHANGES 2
#endif
#ifndef EVENTS
#define EVENTS 4
#endif
#define NONE 15
#define NOBODY 3
#define I1 1            /* an accepted entry is older than what was acknowledged when the request began */
#define REACHED 9       /* the condition of WITNESS holds */
/*
 * Assumption. A move is taken back by moving the keys first and closing the slot then. A node whose slot is closed answers DEL
 * with 0 for a key that is still on the other node, and an instance cannot tell that from a key that does not exist.
 */
#ifdef CLOSEDFIRST
#define CLOSED_FIRST true
#else
#define CLOSED_FIRST false
#endif
byte violated = 0;
#define check(n, condition) if :: (condition) -> skip :: else -> violated = n; assert(violated != n) fi
#define max(a, b) ((a) > (b) -> (a) : (b))

/* ---- PostgreSQL ---- */
byte db = 0;            /* last committed change; also the order of time */
byte acked = 0;         /* last acknowledged change */
byte fence = 0;         /* the wait has passed since this change: an instance that has not read it has no right any more */

/* ---- Redis Cluster: nodes 0 and 1 are masters, node 2 is the replica of node 0 ---- */
byte owner = 0;         /* the node that has the slot */
bool isMoving = 0;      /* the owner knows that the slot is on its way to `target` */
byte target = 1;
bool isForgotten = 0;   /* the replica has taken over in the middle of a move, of which it knows nothing */
bool isDead = 0;        /* node 2 has taken over from node 0 */
byte entry[3];
byte filledOn[3];       /* the node on which the entry was filled */
byte readAt[3];         /* the time when the statement that read the entry began */
byte lease[3];          /* the lease of instance 0: 1 + the node for which it was taken, or 0 */
byte events = 0;

/* ---- Instances ---- */
byte claim[2];          /* the node that the instance reads, or NOBODY: it said that it has the slot, and the log was replayed there */
byte applied = 0;       /* instance 0: the last change that was read from the log */
byte floor = 0;         /* instance 0: entries that were read before this time count as missing */

#define hasRight (applied >= fence)
#define isThere(n) (entry[n] != NONE)
/* A command for a key that has left the owner is answered with ASK. */
#define isAsked(n) (isMoving && !isThere(n))
#ifdef ANYNODE
#define isOwn(n, of) true
#else
#define isOwn(n, of) ((n) == (of))
#endif
#ifdef WITNESS
#define witnessed(n, got) (got > 0 && floor > 0 && n == 2)
#endif

inline clear(n) { entry[n] = NONE; filledOn[n] = 0; readAt[n] = 0; lease[n] = 0 }

/* MIGRATE: the key, and its lease. */
inline move(from, to) {
  entry[to] = entry[from]; filledOn[to] = filledOn[from]; readAt[to] = readAt[from]; lease[to] = lease[from]; clear(from)
}

/*
 * DEL on the node that the instance takes for the owner. With ASK it deletes on the target, if it is connected to that node. Else the
 * DEL does not count, and what was read before counts as missing.
 */
inline delete(i, done) {
  if
  :: claim[i] == NOBODY -> done = 0
  :: claim[i] != NOBODY && claim[i] != owner -> claim[i] = NOBODY; done = 0     /* MOVED, or a node that is dead */
  :: claim[i] == owner && !isAsked(owner) -> clear(owner); done = 1
  :: claim[i] == owner && isAsked(owner) -> lease[owner] = 0; clear(target); done = 1
  :: claim[i] == owner && isAsked(owner) ->                    /* ASK, and no connection to the target */
       lease[owner] = 0;
#ifdef ASKDELETED
       done = 1
#else
       done = 0;
#ifndef NOFLOOR
       if :: i == 0 -> floor = max(floor, db) :: else fi
#endif
#endif
  fi
}

/* Instance 0 reads the log and applies it. A node that it takes for the owner anew is read after a replay. */
proctype Follower() {
  byte seen, node; bool rows, done;
  do
  :: atomic { applied != db -> seen = db; rows = 1 };
     atomic { delete(0, done); applied = seen; seen = 0; rows = 0; done = 0 }
  :: atomic { claim[0] != owner -> claim[0] = NOBODY; node = owner; rows = (db > 0) };
     atomic { if
              :: node == owner ->
                   claim[0] = node;
                   if :: rows -> delete(0, done) :: else fi
              :: else
              fi;
              node = 0; rows = 0; done = 0 }
  od
}

/* Requests on instance 0, one after the other. */
proctype Reader() {
  byte node, before, got, gotNode, gotTime, seen, time; bool mine;
  do
  :: atomic { claim[0] != NOBODY -> before = acked; node = claim[0] };
     /* Ask the node. One that is not the owner answers MOVED, or does not answer. */
     atomic { if
              :: hasRight && claim[0] == node && node == owner -> got = entry[node]; gotNode = filledOn[node]; gotTime = readAt[node]
              :: hasRight && claim[0] == node && node != owner -> claim[0] = NOBODY; got = NONE
              :: else -> got = NONE
              fi };
     /* Accept its answer. */
     atomic { if
              :: hasRight && claim[0] == node && got != NONE && isOwn(node, gotNode) && gotTime >= floor ->
                   check(I1, got >= before);
#ifdef WITNESS
                   check(REACHED, !witnessed(node, got));
#endif
                   goto done
              :: else
              fi };
     /* Take a lease, read PostgreSQL, and fill. A write to a key that is not there while the slot moves is refused. */
     atomic { if :: claim[0] == node && node == owner && !isAsked(node) -> lease[node] = 1 + node; mine = 1 :: else fi;
              time = db };
     atomic { seen = db };
     atomic { if
              :: mine && hasRight && claim[0] == node && node == owner && !isAsked(node) && lease[node] == 1 + node ->
                   entry[node] = seen; filledOn[node] = node; readAt[node] = time; lease[node] = 0
              :: else
              fi };
done: atomic { node = 0; before = 0; got = 0; gotNode = 0; gotTime = 0; seen = 0; time = 0; mine = 0 }
  od
}

/* Changes on instance 1. */
proctype Writer() {
  byte id; bool done, failed;
  do
  :: atomic { db < CHANGES -> db++; id = db };
     do
     :: atomic { delete(1, done);
                 if
                 :: done -> acked = max(acked, id); break
                 :: !done -> failed = 1
                 fi }
     :: atomic { claim[1] != owner && failed -> claim[1] = owner }
     :: atomic { failed -> fence = max(fence, id); acked = max(acked, id); break }    /* the wait has passed */
     :: atomic { true -> break }        /* killed */
     od;
     atomic { id = 0; done = 0; failed = 0 }
  od
}

/* What operators and the cluster do to the slot. */
proctype Cluster() {
  byte x;
  do
     /* A move begins, and its keys move one way and the other, also by hand. */
  :: atomic { events < EVENTS && !isMoving && (owner != 0 || !isDead) ->
       events++; isMoving = 1;
       if :: owner == 1 -> target = (isDead -> 2 : 0) :: else -> target = 1 fi }
  :: atomic { isMoving && isThere(owner) -> move(owner, target) }
  :: atomic { (isMoving || isForgotten || CLOSED_FIRST) && isThere(target) -> move(target, owner) }
     /* The move is taken back. */
  :: atomic { events < EVENTS && isMoving && (!isThere(target) || CLOSED_FIRST) -> events++; isMoving = 0 }
     /* The move is completed. A node deletes what it still has of a slot that it has lost. */
  :: atomic { events < EVENTS && (isMoving || isThere(target)) && target != owner ->
       events++; clear(owner); x = owner; owner = target; target = x; isMoving = 0; isForgotten = 0; x = 0 }
     /* The replica takes over. It does not know that the slot moves. */
  :: atomic { events < EVENTS && !isDead ->
       events++; isDead = 1; entry[2] = entry[0]; filledOn[2] = filledOn[0]; readAt[2] = readAt[0]; lease[2] = lease[0]; clear(0);
       if
       :: owner == 0 -> owner = 2; isForgotten = isMoving; isMoving = 0
       :: owner == 1 && target == 0 -> target = 2
       :: else
       fi }
  od
}

init {
  atomic {
    entry[0] = NONE; entry[1] = NONE; entry[2] = NONE;
    run Follower(); run Reader(); run Writer(); run Cluster()
  }
}
