import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ChannelAdmissionService } from './channel-admission.service.js';
import { LiveChannelServer } from './live-channel.server.js';
import { LiveChannelService } from './live-channel.service.js';
import { SessionEndReader } from './session-end.reader.js';

/** The live channel of a session. */
@Module({
  imports: [AuthModule, SessionsModule],
  providers: [ChannelAdmissionService, SessionEndReader, LiveChannelService, LiveChannelServer],
})
export class LiveModule {}
