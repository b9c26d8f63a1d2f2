using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Transfers;

/// <summary>Where the service says that a file is.</summary>
internal static class FileRecords
{
    public static HubFile Of(FileDownloadURL file) => new(HubAddress.Storage(file.Url), PlainLine.Of(file.Filename));

    public static HubFile Of(Answer<FileDownloadURL> answer) => Of(answer.Message) with { Source = answer.Source };
}
