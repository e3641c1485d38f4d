import { GCProfiler, getHeapStatistics } from 'node:v8';

const usedBytes = (): number => getHeapStatistics().used_heap_size;

/**
 * Bytes allocated on V8's heap. V8 of Node 20 does not count them, but tells the heap's size before and after each
 * collection: what it grew by in between was allocated.
 */
export class AllocationMeter {
  private profiler: GCProfiler | undefined;
  private level = 0;

  start(): void {
    this.profiler = new GCProfiler();
    this.profiler.start();
    this.level = usedBytes();
  }

  /** @returns bytes allocated since the start; memory outside the heap, such as buffers, is not in it */
  stop(): number {
    let level = this.level;
    let allocated = 0;
    for (const { beforeGC, afterGC } of this.profiler?.stop().statistics ?? []) {
      allocated += beforeGC.heapStatistics.usedHeapSize - level;
      level = afterGC.heapStatistics.usedHeapSize;
    }
    this.profiler = undefined;
    return allocated + usedBytes() - level;
  }
}
