import { Controller, Get, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../../src/http/request-context.decorators.js';
import { AllocationMeter } from './allocation-meter.js';
import { BareUpdates } from './bare-updates.service.js';

/** The process's resource usage since its start. */
export interface Usage {
  cpuMicroseconds: number;
  residentBytes: number;
}

/** Control endpoints: they report figures that only the process itself can read. */
@ApiExcludeController()
@Public()
@Controller('bench/control')
export class ControlController {
  private readonly meter = new AllocationMeter();

  constructor(private readonly updates: BareUpdates) {}

  @Get('usage')
  usage(): Usage {
    const { user, system } = process.cpuUsage();
    return { cpuMicroseconds: user + system, residentBytes: process.memoryUsage.rss() };
  }

  @Post('allocations/start')
  startAllocations(): void {
    this.meter.start();
  }

  @Post('allocations/stop')
  stopAllocations(): { bytes: number } {
    return { bytes: this.meter.stop() };
  }

  @Post('updates')
  async bareUpdates(
    @Query('ms', ParseIntPipe) ms: number,
    @Query('concurrency', ParseIntPipe) concurrency: number,
  ): Promise<{ perSecond: number }> {
    return { perSecond: await this.updates.run(ms, concurrency) };
  }
}
