/** Every operation of SQS, by its name. */
import type { OperationTable } from "../../model/mod.ts";
import type { SqsDependencies } from "./dependencies.ts";
import { addPermission } from "./operations/add-permission.ts";
import { cancelMessageMoveTask } from "./operations/cancel-message-move-task.ts";
import { changeMessageVisibility } from "./operations/change-message-visibility.ts";
import { changeMessageVisibilityBatch } from "./operations/change-message-visibility-batch.ts";
import { createQueue } from "./operations/create-queue.ts";
import { deleteMessage } from "./operations/delete-message.ts";
import { deleteMessageBatch } from "./operations/delete-message-batch.ts";
import { deleteQueue } from "./operations/delete-queue.ts";
import { getQueueAttributes } from "./operations/get-queue-attributes.ts";
import { getQueueUrl } from "./operations/get-queue-url.ts";
import { listDeadLetterSourceQueues } from "./operations/list-dead-letter-source-queues.ts";
import { listMessageMoveTasks } from "./operations/list-message-move-tasks.ts";
import { listQueueTags } from "./operations/list-queue-tags.ts";
import { listQueues } from "./operations/list-queues.ts";
import { purgeQueue } from "./operations/purge-queue.ts";
import { receiveMessage } from "./operations/receive-message.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { sendMessage } from "./operations/send-message.ts";
import { sendMessageBatch } from "./operations/send-message-batch.ts";
import { setQueueAttributes } from "./operations/set-queue-attributes.ts";
import { startMessageMoveTask } from "./operations/start-message-move-task.ts";
import { tagQueue } from "./operations/tag-queue.ts";
import { untagQueue } from "./operations/untag-queue.ts";

export function sqsOperations(dependencies: SqsDependencies): OperationTable {
  return {
    AddPermission: addPermission(dependencies),
    CancelMessageMoveTask: cancelMessageMoveTask(dependencies),
    ChangeMessageVisibility: changeMessageVisibility(dependencies),
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(dependencies),
    CreateQueue: createQueue(dependencies),
    DeleteMessage: deleteMessage(dependencies),
    DeleteMessageBatch: deleteMessageBatch(dependencies),
    DeleteQueue: deleteQueue(dependencies),
    GetQueueAttributes: getQueueAttributes(dependencies),
    GetQueueUrl: getQueueUrl(dependencies),
    ListDeadLetterSourceQueues: listDeadLetterSourceQueues(dependencies),
    ListMessageMoveTasks: listMessageMoveTasks(dependencies),
    ListQueueTags: listQueueTags(dependencies),
    ListQueues: listQueues(dependencies),
    PurgeQueue: purgeQueue(dependencies),
    ReceiveMessage: receiveMessage(dependencies),
    RemovePermission: removePermission(dependencies),
    SendMessage: sendMessage(dependencies),
    SendMessageBatch: sendMessageBatch(dependencies),
    SetQueueAttributes: setQueueAttributes(dependencies),
    StartMessageMoveTask: startMessageMoveTask(dependencies),
    TagQueue: tagQueue(dependencies),
    UntagQueue: untagQueue(dependencies),
  };
}
