export { AdminError, type AdminErrorOptions } from './admin-error'
export { type Admin, type AdminOptions, createAdmin, type OperationId, type PagedId } from './create-admin'
export { deleteUser } from './delete-user'
export type {
  Answers,
  AuditEntry,
  Member,
  Message,
  Report,
  Requests,
  Room,
  RoomListItem,
  User,
} from './generated'
export type { CallOptions } from './request'
