import { v7 } from 'uuid'
import { Member } from '../packages/server/bench/member'
import { type BenchMember, type EnterRoom, ROOM, TEXT } from './member'

/** Of Roomful and of the two servers that speak its events. */
export const enterBySocketIo: EnterRoom = async (url, name) => {
  const member = new Member(url, name, false)
  await member.enter(ROOM)
  return new SocketIoMember(member)
}

class SocketIoMember implements BenchMember {
  constructor(readonly member: Member) {}

  get deliveries(): number {
    return this.member.deliveries
  }

  set deliveries(count: number) {
    this.member.deliveries = count
  }

  async send(): Promise<void> {
    await this.member.ask('send-message', { roomId: ROOM, content: TEXT, clientId: v7() })
  }

  leave(): void {
    this.member.leave()
  }
}
