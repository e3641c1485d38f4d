/*
 * The revocation feed and the verifier kit that follows it: one service, one kit, one session with one token.
 *
 * `docs/model/check` runs it, and README.md explains it. The order of time is a number that counts logins, revocations, restarts and
 * changes of the lifetime of tokens. PostgreSQL's clock in the first history may be ahead of the one in the second.
 *
 *   LIFETIME     the service begins to issue tokens that live longer
 *   WITNESS      SPIN reports the first token of a second history that is accepted by the feed
 */
#define XIDS 3          /* transactions at most */
#define AHEAD 8         /* how far the clock of the first history is ahead, if it is */
#define NEVER 31
#define bit(n) (1 << (n))
#define max(a, b) ((a) > (b) -> (a) : (b))

/* What a check found. SPIN prints the number. */
#define K1 7            /* a token is accepted that was revoked before the time up to which the kit knows everything */
#define K2 8            /* a live session is refused, and the kit follows the present history */
#define REACHED 9       /* the condition of WITNESS holds */
byte violated = 0;
#define check(n, condition) if :: (condition) -> skip :: else -> violated = n; assert(violated != n) fi

/* ---- PostgreSQL ---- */
byte now = 1;           /* the order of time */
byte ahead = 0;         /* how far PostgreSQL's clock is ahead */
#define clock (now + ahead)
byte history = 1;
byte nextXid = 1;
byte openXids = 0;      /* bit per xid: the transaction is under way */
byte loggedXid = 0;     /* the transaction that revoked the session, or 0 */
#define endedXids ((bit(nextXid) - 1) & ~openXids)
byte beginMask = 0;     /* the position in the log at which the history begins: bit per xid that had ended */
byte beginTime = 0;     /* no change after this time, by PostgreSQL's clock, is before that position */
bool restarted = 0;

/* ---- The session and its token ---- */
byte iat = 0;           /* PostgreSQL's time of the login, or 0 */
byte tokenLife = 0;
byte issuedLife = 1;    /* how long tokens live that are issued now */
byte revokedAt = NEVER; /* the time of the commit since which the session is not live */
bool wasRevoked = 0;

/* ---- What the service has read of the log last ---- */
byte readHistory = 0;   /* 0: nothing since it connected to PostgreSQL */
byte readMask = 0;      /* position: bit per xid that had ended */
byte readAt = 0;        /* when the read began */

/* ---- The kit ---- */
byte cursorHistory = 0; /* 0: asks for the begin of the log */
byte cursorMask = 0;
byte knownLife = 0;     /* how long tokens live, by the configuration of the service; 0: it must be read */
byte covered = NEVER;   /* tokens that were issued later are judged by the feed, others are introspected */
byte completeTo = 0;    /* every change until then is applied */
byte heard = 0;         /* the history of the last answer */
bool isEntered = 0;     /* the revocation is in memory */
byte entryLife = 0;     /* for this lifetime of tokens */

/* Whether an answer is of a cursor that the kit has not given up meanwhile. */
#ifdef STALEANSWER
#define isAwaited true
#else
#define isAwaited (knownLife != 0)
#endif

/* A login, a revocation, and transactions that write no row. */
proctype Users() {
  byte xid; bool base;
  do
  :: atomic { iat == 0 -> now++; iat = clock; tokenLife = issuedLife }
  :: atomic { nextXid <= XIDS -> nextXid++ }
  :: atomic { nextXid <= XIDS && iat != 0 && !wasRevoked ->
       wasRevoked = 1; xid = nextXid; nextXid++; openXids = openXids | bit(xid); base = restarted };
     atomic { if
              :: base == restarted && revokedAt == NEVER -> openXids = openXids & ~bit(xid); loggedXid = xid; now++; revokedAt = now
              :: else
              fi;
              xid = 0; base = 0 }
#ifdef LIFETIME
  :: atomic { iat == 0 && issuedLife == 1 -> now++; issuedLife = 2 }
#endif
  od
}

/* PostgreSQL recovers, or a standby is promoted. What was not flushed or not replicated is lost, and its xids are given out again. */
proctype Restart() {
  byte oldClock;
  atomic { true ->
       restarted = 1; readHistory = 0; openXids = 0; oldClock = clock; now++;
#ifndef SAMEHISTORY
       if
       :: loggedXid -> loggedXid = 0; revokedAt = NEVER         /* the revocation is lost: the session is live */
       :: iat != 0 && !loggedXid -> revokedAt = now             /* the login is lost: the session does not exist */
       :: true
       fi;
#endif
       nextXid = loggedXid + 1;
#ifndef SAMEHISTORY
       history = 2; loggedXid = 0; beginMask = endedXids; ahead = 0;
#ifdef COVEREDNOW
       beginTime = clock;
#else
       beginTime = max(clock, oldClock);
#endif
#endif
       oldClock = 0 }
}

/* The service reads the log. */
proctype Service() {
  do
  :: atomic { readHistory != history || readMask != endedXids || readAt != now ->
       readHistory = history; readMask = endedXids; readAt = now }
  od
}

/* The kit polls. The answer is from any later time, and it is applied at any later time. */
proctype Feed() {
  byte ofHistory, ofMask, life, toHistory, toMask, from, to; bool hasEvent, isRestart;
  do
  :: atomic { if :: knownLife == 0 -> knownLife = issuedLife :: else fi;
              ofHistory = cursorHistory; ofMask = cursorMask; life = knownLife; from = covered };
     atomic { readHistory != 0 ->
              toHistory = readHistory; toMask = readMask; to = readAt;
              if
              :: ofHistory == readHistory && !(ofMask & ~readMask)
              :: else ->
                   isRestart = 1;
                   if                   /* as far back as the log reaches, or from now on */
                   :: ofMask = beginMask; from = beginTime
                   :: ofMask = readMask; from = max(readAt + ahead, beginTime)
                   fi
              fi;
              hasEvent = (loggedXid != 0 && (bit(loggedXid) & readMask & ~ofMask) != 0) };
     atomic { if
              :: isAwaited ->
#ifndef KEEPMAPS
                   if :: toHistory != heard -> isEntered = 0; entryLife = 0 :: else fi;
#endif
                   heard = toHistory;
                   if :: hasEvent -> isEntered = 1; entryLife = life :: else fi;
                   cursorHistory = toHistory; cursorMask = toMask;
                   if :: isRestart -> covered = from; completeTo = to :: else -> completeTo = max(completeTo, to) fi
              :: else
              fi;
              ofHistory = 0; ofMask = 0; life = 0; toHistory = 0; toMask = 0; from = 0; to = 0; hasEvent = 0; isRestart = 0 }
  od
}

/* Requests with the token. What the kit does not know it asks the service, which is right. */
proctype Requests() {
  do
  :: atomic { iat != 0 && isEntered -> check(K2, revokedAt != NEVER || cursorHistory != history) }
  :: atomic { iat != 0 && !isEntered && knownLife >= tokenLife && iat > covered ->
       check(K1, revokedAt > completeTo);
#ifdef WITNESS
       check(REACHED, history == 1);
#endif
       skip }
     /* The token lives longer than the kit knew: entries may end too early, so the log is read from its begin. */
  :: atomic { iat != 0 && !isEntered && knownLife != 0 && knownLife < tokenLife ->
       knownLife = 0; cursorHistory = 0; cursorMask = 0; covered = NEVER; completeTo = 0 }
     /* An entry ends, one lifetime after it came. */
  :: atomic { isEntered && entryLife < tokenLife -> isEntered = 0; entryLife = 0 }
  od
}

init {
  atomic {
#ifdef SKEW
    ahead = AHEAD;
#endif
    run Users(); run Restart(); run Service(); run Feed(); run Requests()
  }
}
