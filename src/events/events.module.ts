import { Module } from '@nestjs/common';
import { ClientsModule } from '../clients/clients.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { EventFeed } from './event-feed.js';
import { EventSigner } from './event-signer.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';
import { FeedMetrics } from './feed-metrics.js';
import { LogArchive } from './log-archive.js';
import { PollAdmission } from './poll-admission.js';
import { PollRoute } from './poll-route.js';
import { PollService } from './poll.service.js';
import { PollWaiters } from './poll-waiters.js';
import { RecentLog } from './recent-log.js';

/** The revocation feed: what other services must know to refuse a token that this service has signed. */
@Module({
  imports: [ClientsModule, KeysModule],
  controllers: [EventsController],
  providers: [
    EventFeed,
    EventSigner,
    EventStreams,
    FeedMetrics,
    LogArchive,
    PollAdmission,
    PollRoute,
    PollService,
    PollWaiters,
    RecentLog,
  ],
})
export class EventsModule {}
