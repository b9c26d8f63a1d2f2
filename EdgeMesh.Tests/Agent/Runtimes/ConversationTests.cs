using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Runtimes;

public sealed class ConversationTests
{
    [Fact]
    public void Of_NoConversation_IsBadInputInWords()
    {
        Assert.All([new TaskRequest { Text = "Hello" }, new TaskRequest { Generate = new Generate() }], task =>
        {
            var failed = Assert.Throws<TaskFailedException>(() => Conversation.Of(task));
            Assert.Equal((ReasonCode.BadInput, "There is no conversation in it."), (failed.Reason, failed.Message));
        });
    }
}
